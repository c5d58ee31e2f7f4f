import { describe, expect, test } from "vitest";
import { fits, merged, type Moving } from "./merge";

const at = (minute: number) => `2026-11-29T13:${String(minute).padStart(2, "0")}:00.000Z`;
const one = (id: string, minute: number, more: Partial<Moving> = {}): Moving => ({ id, version: 1, state: "open", assignee_id: null, session_id: "s", unread: 0, waiting_since: null, last_at: at(minute), intent: null, name: `Pessoa ${id}`, phone: "+5511900000001", ...more });
const ids = (rows: Moving[]) => rows.map((row) => row.id).join("");

describe("what the live feed tells", () => {
  test("a new conversation stands on top without being read", () => expect(ids(merged([one("b", 2), one("a", 1)], [one("c", 3)], {}, null, false))).toBe("cba"));
  test("one that moves on goes up, and an older word about it changes nothing", () => {
    const read = [one("b", 2, { version: 5 }), one("a", 1)];
    expect(ids(merged(read, [one("a", 4, { version: 2 })], {}, null, false))).toBe("ab");
    expect(merged(read, [one("b", 9, { version: 4 })], {}, null, false)[0]!.last_at).toBe(at(2));
  });
  test("one that is closed leaves the list of the open", () => expect(ids(merged([one("b", 2), one("a", 1)], [one("b", 2, { version: 2, state: "closed" })], { state: "open" }, null, false))).toBe("a"));
  test("one behind the last row waits for its page", () => {
    expect(ids(merged([one("b", 5), one("a", 4)], [one("z", 1)], {}, null, true))).toBe("ba");
    expect(ids(merged([one("b", 5), one("a", 4)], [one("z", 1)], {}, null, false))).toBe("baz");
  });
  test("who waits longest stands first, and who does not wait is not there", () => {
    const rows = [one("a", 1, { waiting_since: at(1) }), one("b", 2, { waiting_since: at(2) })];
    expect(ids(merged(rows, [one("a", 3, { version: 2 })], { order: "waiting" }, null, false))).toBe("b");
    expect(ids(merged(rows, [one("c", 3, { waiting_since: at(0) })], { order: "waiting" }, null, false))).toBe("cab");
  });
});

test("the filters are the API's", () => {
  const mine = one("a", 1, { assignee_id: "ana", unread: 2, intent: "price", name: "José Araújo" });
  expect(fits(mine, { assignee_id: "me" }, "ana") && fits(mine, { unread: "true", intent: "price" }, null)).toBe(true);
  expect(fits(mine, { assignee_id: "nobody" }, "ana") || fits(mine, { assignee_id: "me" }, "bia") || fits(mine, { intent: "thanks" }, null)).toBe(false);
  expect(fits(mine, { q: "josé ara" }, null) && fits(mine, { q: "(11) 90000-0001" }, null)).toBe(true);
  expect(fits(mine, { q: "maria" }, null) || fits(mine, { q: "9000" }, null)).toBe(false);
});
