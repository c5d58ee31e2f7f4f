import { expect, test } from "vitest";
import { grid } from "./scopes";

test("scopes are one row per part of the API, with the rights that exist there", () =>
  expect(grid(["rules:read", "rules:write", "metrics:read", "odd"])).toEqual([{ area: "rules", may: ["read", "write"] }, { area: "metrics", may: ["read"] }]));

