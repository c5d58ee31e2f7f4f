import { expect, test } from "vitest";
import { askAgainMs, leftShare, nextShown, type Told } from "./qr-clock";

const told = (change: Partial<Told> = {}): Told => ({ state: "pairing", qr: "2@a", qr_svg: "<svg/>", qr_left_ms: 20_000, pair_code: null, ...change });

test("a code is shown until its own end, counted from when it was asked for", () => {
  const shown = nextShown(null, told(), 1_000, 1_400)!;
  expect([shown.untilMs, shown.fromMs]).toEqual([21_000, 1_400]);
  expect([leftShare(shown, 1_400), leftShare(shown, 11_200), leftShare(shown, 99_000)]).toEqual([1, 0.5, 0]);
});
test("the same code never gets more time by being told again", () => {
  const first = nextShown(null, told(), 0, 100)!;
  expect(nextShown(first, told({ qr_left_ms: 25_000 }), 5_000, 5_100)!.untilMs).toBe(20_000);
  expect(nextShown(first, told({ qr_left_ms: 10_000 }), 5_000, 5_100)!.untilMs).toBe(15_000);
});
test("another code replaces it at once, with a ring of its own", () => {
  const first = nextShown(null, told(), 0, 100)!;
  expect(nextShown(first, told({ qr: "2@b" }), 8_000, 8_100)).toMatchObject({ code: "2@b", fromMs: 8_100, untilMs: 28_000 });
});
test("what is over, or is not a code to scan, is not shown", () => {
  expect(nextShown(null, told({ qr_left_ms: 300 }), 0, 300)).toBeNull();
  expect(nextShown(null, told({ qr_left_ms: 0 }), 0, 0)).toBeNull();
  expect(nextShown(nextShown(null, told(), 0, 1), told({ state: "connected" }), 2, 3)).toBeNull();
  expect(nextShown(null, told({ pair_code: "ABCD1234" }), 0, 1)).toBeNull();
  expect(nextShown(null, told({ qr_left_ms: null }), 0, 1)).toBeNull();
});
test("it is asked again when the code ends, and every second before", () => {
  const shown = nextShown(null, told(), 0, 0)!;
  expect([askAgainMs(null, 0), askAgainMs(shown, 0), askAgainMs(shown, 19_600), askAgainMs(shown, 30_000)]).toEqual([1_000, 1_000, 400, 50]);
});
