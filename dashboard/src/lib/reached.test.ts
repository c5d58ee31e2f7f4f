import { expect, test } from "vitest";
import { failedLater, REACHED } from "./reached";

test("a later step's statuses are among those of the step before", () => {
  const steps = Object.values(REACHED).map((one) => one.split(","));
  for (let at = 1; at < steps.length; at++) expect(steps[at - 1]).toEqual(expect.arrayContaining(steps[at]!));
});

test("what failed after it was accepted is what the statuses do not tell", () => {
  // 7 accepted, sent, delivered or read; 3 failed, 2 of them after their acceptance; 1 limited; 1 uncertain.
  expect(failedLater({ attempted: 12, accepted: 9, failed: 3, limited: 1, uncertain: 1 })).toBe(2);
  expect(failedLater({ attempted: 0, accepted: 0, failed: 0, limited: 0, uncertain: 0 })).toBe(0);
});
