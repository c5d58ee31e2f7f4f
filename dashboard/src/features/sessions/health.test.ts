import { expect, test } from "vitest";
import { healthOf, silentSince } from "./health";

const session = (state: string, link: string | null) => ({ state: state as "active", usage: { link: link === null ? null : { state: link } } });
const now = Date.parse("2026-11-29T12:00:00Z");
const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString();

test("a person's pause stands above the link's state", () => expect([healthOf(session("paused", "connected")), healthOf(session("stopped", null)), healthOf(session("active", null)), healthOf(session("active", "logged_out")), healthOf(session("active", "of tomorrow"))]).toEqual(["paused", "stopped", "sending", "unpaired", "away"]));
test("connected without acknowledgement is told only while something is due", () => {
  expect(silentSince("sending", { depth: 3, oldest_s: 400 }, ago(6), now)).toBe(now - 6 * 60_000);
  expect(silentSince("sending", { depth: 3, oldest_s: 400 }, null, now)).toBe(now - 400_000);
  for (const [health, waiting, last] of [["sending", { depth: 0 }, ago(60)], ["sending", { depth: 3, oldest_s: 20 }, ago(60)], ["sending", { depth: 3, oldest_s: 400 }, ago(1)], ["paused", { depth: 3, oldest_s: 400 }, ago(60)], ["sending", undefined, ago(60)]] as const)
    expect(silentSince(health, waiting, last, now)).toBeNull();
});
