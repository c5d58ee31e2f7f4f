import { describe, expect, test } from "vitest";
import { dayOf, dayPlus, dayStart, ticks } from "./calendar";
import { csvText } from "./csv";

const SAO_PAULO = "America/Sao_Paulo";
const iso = (at: number) => new Date(at).toISOString();

describe("days of a zone", () => {
  test("begin at its midnight", () => expect(iso(dayStart("2026-11-22", SAO_PAULO))).toBe("2026-11-22T03:00:00.000Z"));
  test("also where the clocks change that night", () => {
    expect(iso(dayStart("2026-03-29", "Europe/Berlin"))).toBe("2026-03-28T23:00:00.000Z");
    expect(iso(dayStart("2026-03-30", "Europe/Berlin"))).toBe("2026-03-29T22:00:00.000Z");
  });
  test("are found again", () => expect(dayOf(dayStart("2026-11-22", SAO_PAULO), SAO_PAULO)).toBe("2026-11-22"));
  test("are counted over months", () => expect([dayPlus("2026-12-31", 1), dayPlus("2026-03-01", -1)]).toEqual(["2027-01-01", "2026-02-28"]));
  test("nonsense is no day", () => expect(dayStart("tomorrow", SAO_PAULO)).toBeNaN());
});

describe("an axis", () => {
  const midnight = dayStart("2026-11-22", SAO_PAULO);
  test("of a day is marked at full hours of the zone", () => {
    const made = ticks(midnight + 1, midnight + 86_400_000, SAO_PAULO, 6);
    expect(made.length).toBeLessThanOrEqual(6);
    for (const at of made) expect((at - midnight) % (6 * 3_600_000)).toBe(0);
  });
  test("of months is marked at midnights", () => {
    const made = ticks(midnight - 90 * 86_400_000, midnight, SAO_PAULO, 6);
    expect(made.length).toBeGreaterThan(3);
    for (const at of made) expect(at).toBe(dayStart(dayOf(at, SAO_PAULO), SAO_PAULO));
  });
  test("of nothing has no mark", () => expect(ticks(5, 5, SAO_PAULO, 6)).toEqual([]));
});

describe("CSV", () => {
  test("quotes what must be quoted", () => expect(csvText(["a", "b"], [['x,"y"', 1.5], ["l1\nl2", null]])).toBe('a,b\r\n"x,""y""",1.5\r\n"l1\nl2",\r\n'));
  test("holds no formula", () => expect(csvText(["a"], [["=1+1"], ["+5511"], ["@x"], ["-2"]])).toBe("a\r\n'=1+1\r\n'+5511\r\n'@x\r\n'-2\r\n"));
  test("keeps negative numbers", () => expect(csvText(["a"], [[-2]])).toBe("a\r\n-2\r\n"));
});
