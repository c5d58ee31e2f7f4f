import { expect, test } from "vitest";
import { mark, markAll, NOBODY } from "./marked";

const ORDER = ["a", "b", "c", "d"];
const ids = (marked: { ids: ReadonlySet<string> }) => [...marked.ids].sort().join("");

test("a row is marked, and unmarked by the same touch", () => {
  const one = mark(NOBODY, "b", ORDER);
  expect([ids(one), ids(mark(one, "b", ORDER))]).toEqual(["b", ""]);
});

test("through marks all between, in both directions, and takes the marks away again", () => {
  const range = mark(mark(NOBODY, "c", ORDER), "a", ORDER, true);
  expect(ids(range)).toBe("abc");
  expect(ids(mark({ ...range, last: "b" }, "c", ORDER, true))).toBe("a");
});

test("through without a last row, or with one that is gone, marks the one", () => {
  expect(ids(mark(NOBODY, "c", ORDER, true))).toBe("c");
  expect(ids(mark({ ids: new Set(["x"]), last: "x" }, "c", ORDER, true))).toBe("cx");
});

test("all, then none; what other pages marked stays until then", () => {
  const all = markAll({ ids: new Set(["z"]), last: null }, ORDER);
  expect([ids(all), ids(markAll(all, ORDER)), ids(markAll(NOBODY, []))]).toEqual(["abcdz", "", ""]);
});
