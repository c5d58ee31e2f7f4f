import { expect, test } from "vitest";
import { parseSearch, stringifySearch } from "../../lib/search";
import { asAudience, asQuery, filtersOf } from "./filters";

const NOW = Date.parse("2026-11-22T16:05:09.123Z");
const LIST = "0199f000-0000-7000-8000-00000000c001";

test("a shared link restores the filters, and nothing else is one", () => {
  const filters = { q: "ana lima", tag: "vip", list_id: LIST, opted_out: "false", from: "now-7d" };
  expect(filtersOf(parseSearch(stringifySearch({ ...filters, tab: "people" })))).toEqual(filters);
});

test("relative times become fixed ones of the whole minute; rubbish is left out", () => {
  expect(asQuery({ from: "now-1h", to: "rubbish", tag: "vip" }, NOW)).toEqual({ from: "2026-11-22T15:05:00.000Z", tag: "vip" });
  expect(asQuery({ from: "now-1h" }, NOW)).toEqual(asQuery({ from: "now-1h" }, NOW + 30_000));
});

test("a filter means the same people as a bulk change", () => {
  expect(asAudience({}, NOW)).toEqual({});
  expect(asAudience({ tag: "vip", list_id: LIST, opted_out: "true" }, NOW)).toEqual({ tags: { any: ["vip"] }, lists: [LIST], opted_out: true });
  expect(asAudience({ from: "2026-11-01T00:00:00Z" }, NOW)).toEqual({ fields: [{ field: "created_at", op: "greater_or_equal", value: "2026-11-01T00:00:00.000Z" }] });
});

test("words, a phone however typed, and a list that is no id, are no audience", () =>
  expect([asAudience({ q: "ana" }, NOW), asAudience({ phone: "11 90000-0001" }, NOW), asAudience({ list_id: "x" }, NOW)]).toEqual([null, null, null]));
