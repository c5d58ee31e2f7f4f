import { expect, test } from "vitest";
import { bulkFilter, filtersOf, isOpenList, listQuery } from "./filters";

const now = Date.parse("2026-11-29T12:00:30Z");

test("what is not of the filter stays out of it", () => expect(filtersOf({ class: "permanent", letter: "x", code: "131026" })).toEqual({ class: "permanent", code: "131026" }));
test("without a word about it the list shows what is open", () => {
  expect(listQuery({}, now)).toEqual({ resolved: false });
  expect(listQuery({ resolved: "all" }, now)).toEqual({});
  expect(listQuery({ resolved: "true", from: "now-1h" }, now)).toEqual({ resolved: true, from: "2026-11-29T11:00:00.000Z" });
  expect([isOpenList({}), isOpenList({ resolved: "true" })]).toEqual([true, false]);
});
test("an action on all that match has the list's filter without its state", () => expect(bulkFilter({ class: "transient", from: "now-24h" }, now)).toEqual({ class: "transient", from: "2026-11-28T12:00:00.000Z" }));
