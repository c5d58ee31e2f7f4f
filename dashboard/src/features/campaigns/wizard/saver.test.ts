import { expect, test, vi } from "vitest";
import { Problem } from "../../../api/problem";
import type { Campaign } from "../../../api/schema.gen";
import { DraftSaver, partOf, sound, type Patch } from "./saver";

const refusal = (...fields: string[]) => new Problem(422, "", "", "", null, fields.map((field) => ({ field, reason: "is wrong" })), null);

/** A server that refuses what `refuses` names; what it keeps is the draft. */
function server(refuses: (patch: Patch) => string[] = () => []) {
  const kept: Patch = {};
  const sent: Patch[] = [];
  const send = async (patch: Patch) => {
    sent.push(patch);
    await Promise.resolve();
    const bad = refuses(patch);
    if (bad.length) throw refusal(...bad);
    Object.assign(kept, patch);
    return { ...kept } as unknown as Campaign;
  };
  return { kept, sent, send, saver: new DraftSaver(send, () => undefined, () => 1) };
}

test("the part that a field belongs to", () => expect(["audience.fields[0].value", "sessions[1].share", "name"].map(partOf)).toEqual(["audience", "sessions", "name"]));
test("what is sound of a refused change", () => expect(sound({ name: "a", quiet_hours: { from: "x" } }, [{ field: "quiet_hours.from", reason: "" }])).toEqual({ name: "a" }));

test("quick changes become one request", async () => {
  const { saver, sent, kept } = server();
  saver.change({ name: "a" });
  saver.change({ name: "ab" });
  saver.change({ quiet_hours: null });
  await saver.flush();
  expect(sent).toEqual([{ name: "ab", quiet_hours: null }]);
  expect([kept.name, saver.phase, saver.pending, saver.savedAt]).toEqual(["ab", "saved", {}, 1]);
});

test("what is refused stays, what is sound is kept all the same, and a mended value is sent anew", async () => {
  const { saver, kept, sent } = server((patch) => (patch.quiet_hours && patch.quiet_hours.from === "9" ? ["quiet_hours.from"] : []));
  saver.change({ name: "a", quiet_hours: { from: "9" } });
  await saver.flush();
  expect(kept).toEqual({ name: "a" });
  expect([saver.phase, saver.errors.map((one) => one.field), saver.pending]).toEqual(["refused", ["quiet_hours.from"], { quiet_hours: { from: "9" } }]);
  await saver.flush();
  expect(sent.length).toBe(2);
  saver.change({ quiet_hours: { from: "21:00", to: "08:00" } });
  await saver.flush();
  expect([saver.phase, saver.errors, kept.quiet_hours]).toEqual(["saved", [], { from: "21:00", to: "08:00" }]);
});

test("a change while a request is under way goes with the next one", async () => {
  const { saver, sent, kept } = server();
  saver.change({ name: "a" });
  const flying = saver.flush();
  saver.change({ name: "b" });
  await flying;
  await saver.flush();
  expect(sent.map((one) => one.name)).toEqual(["a", "b"]);
  expect([kept.name, saver.phase]).toEqual(["b", "saved"]);
});

test("while the server is away nothing is lost; it is sent again", async () => {
  vi.useFakeTimers();
  let away = true;
  const { send } = server();
  const saver = new DraftSaver(async (patch) => { if (away) throw new Problem(0, "", "", "", null, [], null); return send(patch); }, () => undefined);
  saver.change({ name: "a" });
  await vi.advanceTimersByTimeAsync(400);
  expect([saver.phase, saver.pending]).toEqual(["away", { name: "a" }]);
  away = false;
  await vi.advanceTimersByTimeAsync(2_100);
  expect([saver.phase, saver.pending]).toEqual(["saved", {}]);
  vi.useRealTimers();
});

test("what has begun is a draft no more: nothing is sent again", async () => {
  const saver = new DraftSaver(async () => { throw new Problem(409, "", "", "running", null, [], null); }, () => undefined);
  saver.change({ name: "a" });
  await saver.flush();
  saver.change({ name: "b" });
  await saver.flush();
  expect([saver.phase, saver.pending]).toEqual(["locked", { name: "b" }]);
});
