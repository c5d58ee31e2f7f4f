import { describe, expect, test } from "vitest";
import { parseSearch, stringifySearch } from "../../lib/search";
import { DELIMITERS, draftOf, fieldName, formatBody, searchOf, startBody, withFormat, withTarget, type Draft } from "./draft";

const LIST = "0199f000-0000-7000-8000-00000000c001";
const FULL: Draft = { encoding: "cp1252", delimiter: "\t", header: false, mapping: ["name", null, "phone", "field:plano"], mode: "skip", list: LIST, tags: "vip, novo", source: "loja & site", purpose: "all", day: "2026-11-20" };
const through = (draft: Draft) => draftOf(parseSearch(stringifySearch(searchOf(draft))));

describe("a reload restores the draft", () => {
  test("everything that was chosen", () => expect(through(FULL)).toEqual(FULL));
  test("every delimiter, the tab too", () => expect(DELIMITERS.map((delimiter) => through({ ...FULL, delimiter }).delimiter)).toEqual([...DELIMITERS]));
  test("nothing chosen stays nothing, and leaves the address clean", () => {
    const none = draftOf({});
    expect(through(none)).toEqual(none);
    expect(stringifySearch(searchOf(none))).toBe("");
  });
  test("rubbish in the address is no choice", () =>
    expect(draftOf({ encoding: "ebcdic", delimiter: "x", header: "maybe", mapping: "{", mode: "?", purpose: "?", day: "yesterday" })).toEqual(draftOf({})));
  test("a mapping of something else than texts is none", () => expect(draftOf({ mapping: "[1]" }).mapping).toBeUndefined());
});

test("another format forgets what the columns meant", () => expect(withFormat(FULL, { delimiter: "," })).toEqual({ ...FULL, delimiter: ",", mapping: undefined }));

test("a meaning moves from column to column and is never there twice", () => {
  const { mapping } = withTarget(FULL, ["name", "phone", "email"], 2, "phone");
  expect(mapping).toEqual(["name", null, "phone"]);
  expect(withTarget(FULL, ["name", null, null], 0, null).mapping).toEqual([null, null, null]);
});

describe("what is sent", () => {
  const now = Date.parse("2026-11-22T09:00:00Z");
  test("the preview takes what differs from the guess", () => expect([formatBody(draftOf({})), formatBody(FULL)]).toEqual([{}, { encoding: "cp1252", delimiter: "\t", header: false, mapping: FULL.mapping }]));
  test("the start takes all of it", () =>
    expect(startBody(FULL, LIST, now)).toEqual({ encoding: "cp1252", delimiter: "\t", header: false, mapping: FULL.mapping, mode: "skip", list_ids: [LIST], tags: ["vip", "novo"], consent: { source: "loja & site", purpose: "all", at: "2026-11-20T12:00:00.000Z" } }));
  test("a consent of today is of now, one of next month goes as it is and is refused", () => {
    expect(startBody({ ...FULL, day: "2026-11-22" }, undefined, now).consent).toEqual({ source: "loja & site", purpose: "all" });
    expect(startBody({ ...FULL, day: "2026-12-22" }, undefined, now).consent).toHaveProperty("at");
  });
});

test("names of fields", () => expect(["Data de Nascimento", "Preço (R$)", "!!!"].map(fieldName)).toEqual(["data_de_nascimento", "preco_r", "campo"]));
