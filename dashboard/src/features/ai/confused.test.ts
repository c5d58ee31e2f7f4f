import { expect, test } from "vitest";
import { columnsOf } from "./confused";

const row = (intent: string, ...told: [string, number][]) => ({ intent, intent_text: null, judged: 0, right: 0, told: told.map(([one, examples]) => ({ intent: one, intent_text: null, examples })) });

test("own intents stand in their order, what else was told behind them, and what cannot be told last", () => {
  const rows = [row("b", ["b", 4], ["unsure", 9], ["price", 1]), row("a", ["b", 1], ["thanks", 2], ["price", 2])];
  expect(columnsOf({ rows })).toEqual(["b", "a", "price", "thanks", "unsure"]);
  expect(columnsOf({ rows: [] })).toEqual([]);
});
