import { expect, test } from "vitest";
import { changedFields, rowsOf } from "./fields";

const KNOWN = { plano: "anual", idade: 30, ativo: true };

test("what nobody touched is not sent", () => expect(changedFields(KNOWN, rowsOf(KNOWN))).toEqual({}));

test("a field keeps its kind, as far as what was typed is of it", () => {
  const rows = rowsOf(KNOWN).map((row) => (row.name === "idade" ? { ...row, value: "31" } : row.name === "ativo" ? { ...row, value: "false" } : row));
  expect(changedFields(KNOWN, rows)).toEqual({ idade: 31, ativo: false });
  expect(changedFields({ idade: 30 }, [{ key: "1", name: "idade", value: "trinta" }])).toEqual({ idade: "trinta" });
});

test("taken out, emptied and renamed fields go; new ones come as text", () => {
  expect(changedFields(KNOWN, [{ key: "1", name: "plano", value: "" }, { key: "2", name: "novo", value: "7" }, { key: "3", name: " ", value: "x" }])).toEqual({ plano: null, idade: null, ativo: null, novo: "7" });
});
