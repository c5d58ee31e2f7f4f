import { expect, test } from "vitest";
import { leftMs, slashed } from "./window";

test("a window is open until its time, and not at it", () => {
  const now = Date.parse("2026-11-29T13:00:00Z");
  expect(leftMs("2026-11-29T14:00:00Z", now)).toBe(3_600_000);
  expect(leftMs("2026-11-29T13:00:00Z", now)).toBeNull();
  expect(leftMs(null, now)).toBeNull();
});

test("a slash opens the quick replies at the beginning of a word alone", () => {
  expect(slashed("/fre", 4)).toEqual({ from: 0, word: "fre" });
  expect(slashed("Olá /", 5)).toEqual({ from: 4, word: "" });
  expect(slashed("1/2", 3)).toBeNull();
  expect(slashed("https://loja", 12)).toBeNull();
  expect(slashed("/frete grátis", 13)).toBeNull();
});
