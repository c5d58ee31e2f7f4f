import { expect, test } from "vitest";
import { chunks, shown, sum } from "./windowing";

const blocks = Array.from({ length: 1_000 }, () => 400);

test("a list in pieces, the last one shorter", () => expect([chunks([1, 2, 3, 4, 5], 2), chunks([], 2)]).toEqual([[[1, 2], [3, 4], [5]], []]));

test("at the top the first blocks are drawn, as far as the screen and what is near it reach", () => {
  expect(shown(blocks, 100, 800, 1_500)).toEqual({ from: 0, to: 5 });
});

test("wherever it is scrolled to, the screen is covered and little more is drawn", () => {
  for (let scrolled = 0; scrolled < 398_000; scrolled += 1_234) {
    const { from, to } = shown(blocks, 100 - scrolled, 800, 1_500);
    const begin = 100 - scrolled + sum(blocks, 0, from);
    const end = 100 - scrolled + sum(blocks, 0, to + 1);
    expect(begin <= Math.max(0, 100 - scrolled)).toBe(true);
    expect(end >= 800 || to === blocks.length - 1).toBe(true);
    expect(to - from).toBeLessThanOrEqual(11);
  }
});

test("far behind the end the last block is drawn, above the beginning the first, and of nothing nothing", () => {
  expect(shown(blocks, -1_000_000, 800, 1_500)).toEqual({ from: 999, to: 999 });
  expect(shown(blocks, 10_000, 800, 1_500)).toEqual({ from: 0, to: 0 });
  expect(shown([], 0, 800, 1_500)).toEqual({ from: 0, to: 0 });
});

test("less is kept where one comes from", () => {
  expect(shown(blocks, -4_000, 800, 400, 1_500)).toEqual({ from: 8, to: 15 });
  expect(shown(blocks, -4_000, 800, 1_500, 400)).toEqual({ from: 6, to: 12 });
});

test("blocks of different heights", () => {
  expect(shown([100, 2_000, 50, 50, 900, 900], -2_120, 100, 0)).toEqual({ from: 2, to: 4 });
});
