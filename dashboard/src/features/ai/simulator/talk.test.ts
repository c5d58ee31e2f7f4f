import { expect, test } from "vitest";
import { MOST_SAID, saidOf, type Turn } from "./talk";

const turn = (text: string, outcome: string, answer: string | null) => ({ text, told: { outcome, text: answer } }) as Turn;

test("what went before is told in its order, answers where there were any", () => {
  expect(saidOf([turn("oi", "answered", "Olá!"), turn("quero uma pessoa", "handed_over", null), turn("e aí?", "silent", null)])).toEqual([
    { from: "person", text: "oi" }, { from: "company", text: "Olá!" }, { from: "person", text: "quero uma pessoa" }, { from: "person", text: "e aí?" },
  ]);
});

test("of a long conversation the newest part is told", () => {
  const said = saidOf(Array.from({ length: 20 }, (_, at) => turn(`p${at}`, "answered", `r${at}`)));
  expect(said).toHaveLength(MOST_SAID);
  expect(said.at(-1)).toEqual({ from: "company", text: "r19" });
});
