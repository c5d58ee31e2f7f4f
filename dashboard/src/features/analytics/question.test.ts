import { describe, expect, test } from "vitest";
import type { Search } from "../../lib/search";
import { join, peak, readQuestion, share, stepsOf, sum } from "./question";

const ZONE = "America/Sao_Paulo";
const NOW = Date.parse("2026-11-22T16:05:00Z");
const iso = (at: number) => new Date(at).toISOString();

describe("a question", () => {
  test("of 24 hours is made of whole hours, the one under way last", () => {
    const asked = readQuestion({ range: "24h" }, NOW, ZONE);
    expect([asked.step, iso(asked.from), iso(asked.edge), asked.to]).toEqual(["hour", "2026-11-21T17:00:00.000Z", "2026-11-22T17:00:00.000Z", NOW]);
    expect(asked.running).toBe(Date.parse("2026-11-22T16:00:00Z"));
    expect(iso(asked.before.from)).toBe("2026-11-20T17:00:00.000Z");
  });
  test("of 30 days is made of the zone's days", () => {
    const asked = readQuestion({ range: "30d" }, NOW, ZONE);
    expect([asked.step, iso(asked.from), iso(asked.edge)]).toEqual(["day", "2026-10-24T03:00:00.000Z", "2026-11-23T03:00:00.000Z"]);
    expect(asked.edge - asked.from).toBe(30 * 86_400_000);
  });
  test("of chosen days holds the last one whole, or up to now", () => {
    const past = readQuestion({ from: "2026-11-01", to: "2026-11-07" }, NOW, ZONE);
    expect([iso(past.from), iso(past.to), past.running, past.shift / 86_400_000]).toEqual(["2026-11-01T03:00:00.000Z", "2026-11-08T03:00:00.000Z", undefined, 7]);
    expect(readQuestion({ from: "2026-11-20", to: "2026-11-22" }, NOW, ZONE).to).toBe(NOW);
  });
  test("that makes no sense is the usual one", () => {
    const nonsense: Search[] = [{ from: "2026-11-09", to: "2026-11-01" }, { from: "2030-01-01", to: "2030-01-02" }, { from: "2020-01-01", to: "2026-01-01" }, { range: "never" }];
    for (const search of nonsense)
      expect(readQuestion(search, NOW, ZONE).span).toBe("7d");
  });
  test("takes a step only where the API gives it", () => {
    expect(readQuestion({ range: "7d", step: "day" }, NOW, ZONE).step).toBe("day");
    expect(readQuestion({ range: "90d", step: "hour" }, NOW, ZONE).step).toBe("day");
    for (const length of [3_600_000, 86_400_000, 30 * 86_400_000]) expect(stepsOf(length).length).toBeGreaterThan(0);
  });
  test("is about one thing at most", () => expect(readQuestion({ rule_id: "r", session_id: "s" }, NOW, ZONE).filter).toEqual({ name: "session_id", id: "s" }));
});

describe("the period before", () => {
  const hour = 3_600_000;
  test("stands beside its own hours, and leaves a gap where nothing is known", () => {
    const points = [0, 1, 2].map((n) => ({ at: n * hour, events: n }));
    const before = [{ at: -3 * hour, events: 7 }, { at: -1 * hour, events: 9 }];
    expect(join(points, before, 3 * hour, "hour").map((one) => one.events_before)).toEqual([7, null, 9]);
  });
  test("may begin an hour off where clocks were changed", () => {
    const [point] = join([{ at: 0, n: 1 }], [{ at: -24 * hour + hour, n: 5 }], 24 * hour, "day");
    expect(point!.n_before).toBe(5);
  });
});

describe("sums", () => {
  const points = [{ at: 1, n: null }, { at: 2, n: 3 }, { at: 3, n: 4 }];
  test("leave out what is unknown", () => expect([sum(points, "n"), sum(points, "m"), sum([], "n")]).toEqual([7, null, null]));
  test("the peak", () => expect([peak(points, "n")?.at, peak([{ at: 1, n: 0 }], "n")]).toEqual([3, null]));
  test("a share of nothing is unknown", () => expect([share(1, 4), share(1, 0), share(null, 4)]).toEqual([0.25, null, null]));
});
