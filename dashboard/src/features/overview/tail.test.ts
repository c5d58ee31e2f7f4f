import { expect, test } from "vitest";
import { advance, begin, closed, type Counters } from "./tail";

const MINUTE = 60_000;
const point = (at: number, events = 0) => ({ at, events, accepted: 0, failed: 0, p50: null, p95: null, p99: null });
const counted = (events: number, accepted = 0, failed = 0): Counters => ({ events, accepted, failed });
const events = (tail: { points: { events: number | null }[] }) => tail.points.map((one) => one.events);

test("what was counted since the series was read goes into its last step", () => {
  const tail = advance(begin([point(0, 5), point(MINUTE, 2)], counted(100)), MINUTE + 10, MINUTE, counted(103, 2, 1));
  expect(events(tail)).toEqual([5, 5]);
  expect(tail.points[1]).toMatchObject({ accepted: 2, failed: 1 });
});

test("a step that has begun is opened, also where nothing happens", () => {
  const tail = advance(begin([point(0, 5)], counted(100)), 3 * MINUTE, MINUTE, counted(101));
  expect(tail.points.map((one) => one.at)).toEqual([0, MINUTE, 2 * MINUTE, 3 * MINUTE]);
  expect(events(tail)).toEqual([5, 0, 0, 1]);
});

test("the first counters are the base and add nothing; nor do those of another day", () => {
  const first = advance(begin([point(0, 5)], null), 10, MINUTE, counted(100));
  expect(events(first)).toEqual([5]);
  const night = advance(first, 20, MINUTE, counted(2));
  expect(events(night)).toEqual([5]);
  expect(events(advance(night, 30, MINUTE, counted(4)))).toEqual([7]);
});

test("where nothing moved it is the same object: nothing is drawn", () => {
  const tail = begin([point(0)], counted(1));
  expect(advance(tail, 10, MINUTE, counted(1))).toBe(tail);
  expect(advance(tail, 10, MINUTE, null)).toBe(tail);
  expect(advance(begin([], null), 10, MINUTE, counted(9)).points).toEqual([]);
});

test("what is drawn reaches to now; nothing stays nothing", () => {
  expect(closed([point(0, 5)], 10).map((one) => [one.at, one.events])).toEqual([[0, 5], [10, 5]]);
  expect(closed([], 10)).toEqual([]);
});

test("the running step has the feed's latency once something of it was accepted", () => {
  const tail = begin([point(0)], counted(1));
  expect(advance(tail, 10, MINUTE, counted(2, 0), 80, 190).points[0]).toMatchObject({ p50: null });
  expect(advance(tail, 10, MINUTE, counted(2, 1), 80, 190).points[0]).toMatchObject({ p50: 80, p99: 190 });
});
