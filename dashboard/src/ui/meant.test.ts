import { describe, expect, test } from "vitest";
import { meant } from "./meant";

describe("what is typed into a filter", () => {
  const field = { name: "event_type", title: "Tipo", suggestions: [{ value: "pix_created", title: "PIX gerado" }] };
  test("is the value whose title it is", () => expect(meant(field, "pix GERADO")).toBe("pix_created"));
  test("is otherwise meant as it is", () => expect([meant(field, "pix_created"), meant(field, "meu_tipo")]).toEqual(["pix_created", "meu_tipo"]));
  test("is a title only where titles are offered", () => expect(meant({ name: "source", title: "Fonte" }, "PIX gerado")).toBe("PIX gerado"));
});
