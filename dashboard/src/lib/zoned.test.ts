import { expect, test } from "vitest";
import { localOf, momentOf } from "./zoned";

test("São Paulo is three hours behind, wherever the browser stands", () => expect([momentOf("2026-12-01T09:00", "America/Sao_Paulo"), localOf("2026-12-01T12:00:00.000Z", "America/Sao_Paulo")]).toEqual(["2026-12-01T12:00:00.000Z", "2026-12-01T09:00"]));
test("there and back on every hour of a year with summer time", () => {
  for (let hour = 0; hour < 366 * 24; hour += 7) {
    const moment = new Date(Date.UTC(2026, 0, 1, hour)).toISOString();
    const back = momentOf(localOf(moment, "America/New_York"), "America/New_York")!;
    // The hour that comes twice in autumn may be taken as the other one.
    expect(Math.abs(Date.parse(back) - Date.parse(moment)) % 3_600_000).toBe(0);
    expect(localOf(back, "America/New_York")).toBe(localOf(moment, "America/New_York"));
  }
});
test("nonsense is nothing", () => expect([momentOf("soon", "UTC"), localOf(null, "UTC"), localOf("soon", "UTC")]).toEqual([null, "", ""]));
