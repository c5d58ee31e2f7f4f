// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import { inPortuguese } from "../lib/field-reasons";
import { typedNumber } from "./confirm";
import { asNumber, belongs, fieldErrors } from "./form";
import { widths } from "./progress";

describe("errors under their fields", () => {
  test("an error belongs to its field and to what holds it, never to a neighbour", () =>
    expect([belongs("name", "name"), belongs("quiet.from", "quiet"), belongs("steps[2].text", "steps"), belongs("names", "name"), belongs("quiet", "quiet.from")]).toEqual([true, true, true, false, false]));
  test("what carries no fields has none", () => expect([fieldErrors(null), fieldErrors(new Error("x")), fieldErrors({ fields: [{ field: "a", reason: "b" }] })]).toEqual([[], [], [{ field: "a", reason: "b" }]]));
  test("the API's common reasons in Portuguese; an unknown one stays as it was said", () =>
    expect(["is required", "must have 12 to 128 characters", "must be one of a, b", "is odd"].map(inPortuguese)).toEqual(["é obrigatório", "deve ter de 12 a 128 caracteres", "deve ser um destes: a, b", "is odd"]));
  test("a typed number, nothing, and what is none", () => expect(["30", " ", "1,5", "abc"].map(asNumber)).toEqual([30, null, 1.5, "abc"]));
});

test("over a thousand, or against a safeguard, the number is typed", () => expect([typedNumber(1_000), typedNumber(1_001), typedNumber(3, true)]).toEqual([undefined, "1001", "3"]));

test("segments stand one after the other and never reach beyond the bar", () => {
  expect(widths([10, 30], 100)).toEqual([{ from: 0, wide: 10 }, { from: 10, wide: 30 }]);
  const over = widths([80, 80], 100);
  expect(over[1]!.from + over[1]!.wide).toBeCloseTo(100);
  expect(widths([0, 0], 0)).toEqual([{ from: 0, wide: 0 }, { from: 0, wide: 0 }]);
});
