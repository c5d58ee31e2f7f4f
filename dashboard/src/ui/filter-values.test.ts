import { describe, expect, test } from "vitest";
import { called, meant, told } from "./filter-values";

describe("what is typed into a filter", () => {
  const field = { name: "event_type", title: "Tipo", suggestions: [{ value: "pix_created", title: "PIX gerado, ainda não pago" }, { value: "pix_expired", title: "PIX vencido" }, { value: "pix", title: "PIX" }] };
  test("is the value whose title it is", () => expect([meant(field, "pix VENCIDO"), meant(field, "Pix")]).toEqual(["pix_expired", "pix"]));
  test("is the value whose title alone begins so", () => expect([meant(field, "pix gerado"), meant(field, "pi")]).toEqual(["pix_created", "pi"]));
  test("is otherwise meant as it is", () => expect([meant(field, "pix_created"), meant(field, "meu_tipo")]).toEqual(["pix_created", "meu_tipo"]));
  test("is a title only where titles are offered", () => expect(meant({ name: "source", title: "Fonte" }, "PIX gerado")).toBe("PIX gerado"));
});

describe("a filter's value", () => {
  const rule = { name: "rule_id", title: "Regra", other: true, options: [{ value: "01a22e20-2434-7000-b439-9d550d74be70", title: "Confirma" }] };
  test("is called by its name", () => expect(called(rule, "01a22e20-2434-7000-b439-9d550d74be70")).toBe("Confirma"));
  test("is an id's end where it has none", () => expect(called(rule, "01a22e20-2434-7000-b439-9d550d74ffff")).toBe("…74ffff"));
  test("is told in words where the field has some", () => expect(called({ name: "from", title: "Desde", show: () => "ontem" }, "now-24h")).toBe("ontem"));
  test("is itself otherwise", () => expect(called({ name: "source", title: "Fonte" }, "loja-com-nome-longo")).toBe("loja-com-nome-longo"));
});

test("options of one title are told apart by their day", () => {
  const made = (value: string, title: string, at: string) => ({ value, title, at });
  const titles = told([made("a", "Black Friday", "2026-11-27T12:00:00Z"), made("b", "Black Friday", "2026-11-28T12:00:00Z"), made("c", "Natal", "2026-11-29T12:00:00Z")], (at) => String(at.getUTCDate())).map((one) => one.title);
  expect(titles).toEqual(["Black Friday · 27", "Black Friday · 28", "Natal"]);
});
