import { expect, test } from "vitest";
import { parseSearch, stringifySearch } from "../../../lib/search";
import { fromSearch, isEmpty, same, toSearch, wantedOf } from "./filters";

const bars = [{ state: "delivered,read" }, { reached: "replied" }, { state: "failed", reason: "whatsapp_131026" }, { session_id: "0199f000-0000-7000-8000-000000000002" }, { variant: 0 }];

test("every bar goes into the address and comes out of it as the same filter", () => {
  for (const bar of bars) {
    const wanted = wantedOf(bar);
    expect(fromSearch(parseSearch(stringifySearch({ tab: "x", ...toSearch({}, wanted) })))).toEqual(wanted);
    expect(isEmpty(wanted)).toBe(false);
  }
});
test("another bar takes the place of the first; the same one again takes it off", () => {
  const failed = wantedOf(bars[2]!);
  const other = toSearch(failed, wantedOf(bars[0]!));
  expect([other.state, other.reason]).toEqual(["delivered,read", undefined]);
  expect(Object.values(toSearch(failed, failed)).every((one) => one === undefined)).toBe(true);
  expect([same({}, {}), same(failed, wantedOf(bars[0]!))]).toEqual([true, false]);
});
test("the audience's own bar asks for everybody", () => expect(isEmpty(wantedOf({}))).toBe(true));
