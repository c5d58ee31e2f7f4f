import { describe, expect, test } from "vitest";
import { dayName, planOf } from "./plan";

const cron = (text: string, jitter_s = 0) => planOf({ every_s: null, jitter_s, cron: text });

describe("a plan", () => {
  test("of an interval is as much too early as too late", () => expect(planOf({ every_s: 21_600, jitter_s: 1_800, cron: null })).toEqual({ kind: "every", every_s: 21_600, spread_s: 900 }));
  test("never spreads further than its interval", () => expect(planOf({ every_s: 60, jitter_s: 600, cron: null })).toEqual({ kind: "every", every_s: 60, spread_s: 30 }));
  test("of every day", () => expect(cron("5 3 * * *", 60)).toEqual({ kind: "daily", at: "03:05", late_s: 60 }));
  test("of a day of the week, where 7 is Sunday too", () => expect([cron("0 9 * * 1"), cron("0 9 * * 7")]).toEqual([{ kind: "weekly", at: "09:00", day: 1, late_s: 0 }, { kind: "weekly", at: "09:00", day: 0, late_s: 0 }]));
  test("that is more than that stays as it was written", () => {
    for (const text of ["*/5 * * * *", "0 3 1 * *", "0 25 * * *", "0 9 * * 1-5"]) expect(cron(text)).toEqual({ kind: "cron", cron: text, late_s: 0 });
  });
});

test("days have their names", () => expect([dayName(0, "pt-BR"), dayName(1, "en"), dayName(6, "pt-BR")]).toEqual(["domingo", "Monday", "sábado"]));
