import { expect, test } from "vitest";
import { withEnd } from "./time-chart";

const points = [{ at: 0, n: 1 }, { at: 10, n: 2 }];

test("the last step lasts until the chart ends", () => expect(withEnd(points, 20, true)).toEqual([...points, { at: 20, n: 2 }]));
test("a line ends with its last point", () => expect(withEnd(points, 20, false)).toBe(points));
test("nothing is added to nothing, or behind the end", () => expect([withEnd([], 20, true), withEnd(points, 10, true), withEnd(points, undefined, true)]).toEqual([[], points, points]));
