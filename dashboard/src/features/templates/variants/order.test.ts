import { expect, test } from "vitest";
import type { Variant } from "../../../api/schema.gen";
import { inOrder, numbersOf, writtenOf } from "./order";

const made = (id: string, state: Variant["state"], created_at: string) => ({ id, state, created_at }) as Variant;
const rows = [made("c", "rejected", "2026-11-29T10:03:00.000Z"), made("b", "approved", "2026-11-29T10:02:00.000Z"), made("d", "proposed", "2026-11-29T10:04:00.000Z"), made("a", "proposed", "2026-11-29T10:01:00.000Z"), made("e", "stale", "2026-11-29T10:05:00.000Z")];

test("what waits for somebody stands first, the newest of it on top", () => expect(inOrder(rows).map((one) => one.id)).toEqual(["d", "a", "b", "e", "c"]));

test("a number stays while states change", () => {
  const before = numbersOf(rows);
  const after = numbersOf(rows.map((one) => ({ ...one, state: "rejected" as const })));
  expect([...before]).toEqual([...after]);
  expect(before.get("a")).toBe(1);
  expect(before.get("e")).toBe(5);
});

test("a job that has not ended, or tells something else, tells nothing", () => {
  expect([null, undefined, {}, { made: "3" }].map(writtenOf)).toEqual([null, null, null, null]);
  expect(writtenOf({ made: 2, questions: 1, refused: [], tokens: 40, cost: "0.000100", reason: "model_too_few", reason_text: { pt: "menos" } })).toEqual({ made: 2, refused: [], tokens: 40, cost: "0.000100", reason: "model_too_few", reason_text: { pt: "menos" } });
  expect(writtenOf({ made: 0 })).toMatchObject({ refused: [], reason: null });
});
