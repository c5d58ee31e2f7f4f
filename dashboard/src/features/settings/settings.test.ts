import { expect, test } from "vitest";
import { asText, lines } from "./audit-diff";
import { grid } from "./scopes";

test("scopes are one row per part of the API, with the rights that exist there", () =>
  expect(grid(["rules:read", "rules:write", "metrics:read", "odd"])).toEqual([{ area: "rules", may: ["read", "write"] }, { area: "metrics", may: ["read"] }]));

test("texts stand as they are, everything else as JSON, nothing as nothing", () => expect([asText("a"), asText({ b: 1 }), asText(false), asText(0), asText(null)]).toEqual(["a", '{"b":1}', "false", "0", null]));

test("a change is an addition, a removal, or one value instead of another; what is hidden shows neither", () =>
  expect(lines([
    { field: "name", before: "a", after: "b", hidden: false }, { field: "quiet", before: null, after: { from: "21:00" }, hidden: false },
    { field: "tier", before: "x", after: null, hidden: false }, { field: "token", before: null, after: null, hidden: true },
  ]).map((line) => line.kind)).toEqual(["changed", "added", "removed", "changed"]));
