import { expect, test } from "vitest";
import { runs } from "./whatsapp";

const said = (text: string) => runs(text).map((run) => (run.marks.length ? `${run.marks.join("+")}:${run.text}` : run.text));

test("each mark", () => expect(said("a *b* _c_ ~d~ ```e *f*```")).toEqual(["a ", "bold:b", " ", "italic:c", " ", "strike:d", " ", "mono:e *f*"]));
test("marks within marks", () => expect(said("*_x_ y*")).toEqual(["bold+italic:x", "bold: y"]));
test("several words and a last one", () => expect(said("*dois nomes*, fim")).toEqual(["bold:dois nomes", ", fim"]));
test("neither within a word nor over blanks nor over lines", () => expect(["a*b*c", "* b *", "2 * 3 * 4", "*a\nb*", "snake_case_name", "**", "~"].flatMap(said)).toEqual(["a*b*c", "* b *", "2 * 3 * 4", "*a\nb*", "snake_case_name", "**", "~"]));
test("a variable keeps its braces, and its name is no mark", () => expect(said("Oi *{{customer_name|first_name}}*")).toEqual(["Oi ", "bold+variable:{{customer_name|first_name}}"]));
test("markup stays text", () => expect(runs("<script>alert(1)</script>")).toEqual([{ text: "<script>alert(1)</script>", marks: [] }]));
test("nothing but marks is lost, and long nonsense ends quickly", () => {
  const nonsense = "*_~".repeat(2_000);
  const begun = performance.now();
  expect(runs(nonsense).map((run) => run.text).join("").replace(/[*_~]/g, "")).toBe("");
  expect(performance.now() - begun).toBeLessThan(2_000);
});
