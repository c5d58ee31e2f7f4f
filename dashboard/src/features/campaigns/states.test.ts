import { expect, test } from "vitest";
import { actionsOf, liveFunnel, parts, share, STATES, waiting, type Counts } from "./states";

const counts: Counts = { scheduled: 5, queued: 4, held: 3, sending: 2, accepted: 1, sent: 10, delivered: 20, read: 30, failed: 6, uncertain: 7, cancelled: 8, skipped: 9 };
const total = Object.values(counts).reduce((sum, one) => sum + one, 0);

test("what a pause stops is neither in flight nor done", () => expect(waiting(counts)).toBe(12));
test("the bar's parts and what is still to come add up", () => expect(parts(counts).reduce((sum, one) => sum + one.value, 0) + waiting(counts) + counts.sending).toBe(total));
test("shares are of what was accepted; of nothing there is none", () => {
  expect(share(30, counts)).toBeCloseTo(30 / 61);
  expect(share(0, { ...counts, accepted: 0, sent: 0, delivered: 0, read: 0 })).toBeNull();
});
test("every state can be duplicated, an ended one does nothing else", () => {
  for (const state of STATES) expect(actionsOf(state)).toContain("duplicate");
  expect(actionsOf("finished")).toEqual(["duplicate"]);
});
test("the funnel follows the counts, never below what late receipts proved", () => {
  const funnel = ["audience", "attempted", "accepted", "sent", "delivered", "read", "replied"].map((step) => ({ step, value: step === "accepted" ? 70 : 1 }));
  expect(liveFunnel(funnel, total, counts).map((one) => one.value)).toEqual([total, 74, 70, 60, 50, 30, 1]);
});
