// @vitest-environment jsdom
import { expect, test } from "vitest";
import { alone, withEnd } from "./time-chart";

const points = [{ at: 0, n: 1 }, { at: 10, n: 2 }];

test("the last step lasts until the chart ends", () => expect(withEnd(points, 20, true)).toEqual([...points, { at: 20, n: 2 }]));
test("a line ends with its last point", () => expect(withEnd(points, 20, false)).toBe(points));
test("nothing is added to nothing, or behind the end", () => expect([withEnd([], 20, true), withEnd(points, 10, true), withEnd(points, undefined, true)]).toEqual([[], points, points]));
test("a value between two gaps is told apart from a line", () => {
  const at = (...values: (number | null)[]) => values.map((n, place) => ({ at: place, n }));
  expect([at(null, 3, null), at(3), at(1, null, 2, 3)].map((one) => alone(one, "n"))).toEqual([true, true, true]);
  expect([at(1, 2, null, 3, 4), at(null, null), []].map((one) => alone(one, "n"))).toEqual([false, false, false]);
});
