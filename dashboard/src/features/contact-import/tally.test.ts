import { expect, test } from "vitest";
import { rowsPerSecond, tally } from "./tally";

test("every row is one of four", () => {
  const rows = [{ problem: null, phone: "+55" }, { problem: "invalid_email", phone: "+55" }, { problem: "no_phone", phone: null }, { problem: null, phone: null }, { problem: null, phone: "+55" }];
  expect(tally(rows)).toEqual({ rows: 5, taken: 2, partly: 1, refused: 1, empty: 1 });
});

test("the rate is of the job's own time: until now, or until its end", () => {
  const started_at = "2026-11-22T10:00:00Z";
  const at = (second: number) => Date.parse(started_at) + second * 1000;
  expect(rowsPerSecond({ done: 8_000, started_at, finished_at: null }, at(4))).toBe(2_000);
  expect(rowsPerSecond({ done: 8_000, started_at, finished_at: "2026-11-22T10:00:02Z" }, at(60))).toBe(4_000);
  expect([rowsPerSecond({ done: 0, started_at, finished_at: null }, at(4)), rowsPerSecond({ done: 5, started_at: null, finished_at: null }, at(4)), rowsPerSecond({ done: 5, started_at, finished_at: null }, at(0))]).toEqual([null, null, null]);
});
