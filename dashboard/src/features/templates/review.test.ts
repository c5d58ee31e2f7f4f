import { expect, test } from "vitest";
import { componentsOf, hasExtras, NO_EXTRAS, positionalOf, writtenOf } from "./review";
import { piecesOf } from "../../lib/message-text";

test("variables are numbered once each, in order, however they are spelled", () => {
  expect(positionalOf('Olá, {{ customer_name|first_name }}! {{order_value}} e {{customer_name | first_name}} {{a|default:“x”}}')).toEqual({ text: "Olá, {{1}}! {{2}} e {{1}} {{3}}", expressions: ["customer_name|first_name", "order_value", 'a|default:"x"'] });
});
test("a quote inside an argument takes another pair around it", () => {
  const [piece] = piecesOf(`{{a|default:'diz "oi"'}}`);
  expect(piece?.kind === "variable" && writtenOf(piece)).toBe(`a|default:'diz "oi"'`);
});
test("only the parts that are there are handed in, with an example per variable", () => {
  expect(componentsOf("Oi", [], NO_EXTRAS)).toEqual([{ type: "BODY", text: "Oi" }]);
  const extras = { header: "Pedido", footer: " Loja ", buttons: [{ text: "Parar", url: "" }, { text: "Ver", url: "https://a.test" }] };
  expect(hasExtras(extras)).toBe(true);
  expect(componentsOf("Oi {{customer_name}}, até.", ["Ana", "demais"], extras)).toEqual([
    { type: "HEADER", format: "TEXT", text: "Pedido" },
    { type: "BODY", text: "Oi {{1}}, até.", example: { body_text: [["Ana"]] } },
    { type: "FOOTER", text: "Loja" },
    { type: "BUTTONS", buttons: [{ type: "QUICK_REPLY", text: "Parar" }, { type: "URL", text: "Ver", url: "https://a.test" }] },
  ]);
});
