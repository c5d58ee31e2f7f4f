import { expect, test } from "vitest";
import { READINGS } from "./readings";

const sums = { events: 9, messages: { accepted: 2, delivered: 3, read: 1, failed: 4, held: 7 } };

test("numbers count what came at least that far, shares have their base", () => {
  expect([READINGS.events(sums).part, READINGS.accepted(sums).part, READINGS.failed(sums).part]).toEqual([9, 6, 4]);
  expect(READINGS.delivered(sums)).toEqual({ part: 4, whole: 6, share: 4 / 6 });
  expect(READINGS.read(sums)).toEqual({ part: 1, whole: 6, share: 1 / 6 });
});

test("a share of nothing is unknown and not zero; nothing failed is zero", () => {
  expect(READINGS.delivered({ events: 0, messages: {} })).toEqual({ part: 0, whole: 0, share: null });
  expect(READINGS.failed({ events: 0, messages: {} }).part).toBe(0);
});
