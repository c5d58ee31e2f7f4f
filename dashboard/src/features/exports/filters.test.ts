import { describe, expect, test } from "vitest";
import { asKind, FILTERS, filterOf, KINDS, missing, valuesOf } from "./filters";

const NOW = Date.parse("2026-11-22T16:05:00Z");

describe("an export's filter", () => {
  test("takes from the address what its list knows, and nothing else", () => expect(valuesOf("messages", { status: "failed", event_type: "pix_created", page: "x" })).toEqual({ status: "failed" }));
  test("has fixed times, whatever is asked for", () => {
    expect(filterOf({ from: "now-24h", to: "2026-11-22T13:00:00Z", source: "grapfy" }, NOW)).toEqual({ from: "2026-11-21T16:05:00.000Z", to: "2026-11-22T13:00:00.000Z", source: "grapfy" });
  });
  test("leaves to the API what it cannot read", () => expect(filterOf({ from: "yesterday" }, NOW)).toEqual({ from: "yesterday" }));
  test("of recipients names a campaign", () => expect([missing("campaign-recipients", {}), missing("campaign-recipients", { campaign_id: "c" }), missing("events", {})]).toEqual(["campaign_id", null, null]));
  test("goes from and to the address without loss", () => {
    for (const kind of KINDS) {
      const all = Object.fromEntries(FILTERS[kind].map((name) => [name, `value of ${name}`]));
      expect(valuesOf(kind, { ...all, other: "x" })).toEqual(all);
    }
  });
});

test("an unknown kind is that of events", () => expect([asKind("contacts"), asKind("orders"), asKind(undefined)]).toEqual(["contacts", "events", "events"]));
