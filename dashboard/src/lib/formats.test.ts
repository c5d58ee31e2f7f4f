import { describe, expect, test } from "vitest";
import { compact, count, money, percent } from "./numbers";
import { asMoment } from "./period";
import { phone } from "./phone";
import { parseSearch, stringifySearch } from "./search";
import { ago, dateTime, duration } from "./time";

const at = new Date("2026-11-22T16:05:09.123Z");

describe("numbers", () => {
  test("unknown is a dash and never zero", () => expect([count(null, "pt-BR"), percent(undefined, "en"), money(null)]).toEqual(["—", "—", "—"]));
  test("thousands by the language", () => expect([count(1234567, "pt-BR"), count(1234567, "en")]).toEqual(["1.234.567", "1,234,567"]));
  test("short from a hundred thousand on", () => expect([compact(99_999, "pt-BR"), compact(1_200_000, "pt-BR").replace("\u00a0", " ")]).toEqual(["99.999", "1,2 mi"]));
  test("100 % and 0 % mean exactly that", () => expect([1, 0.99999, 0.00001, 0, 0.5].map((share) => percent(share, "pt-BR"))).toEqual(["100 %", "99,9 %", "< 0,1 %", "0 %", "50 %"]));
  test("money stays exact text", () => expect([money("1234.56"), money("97.00"), money("-1234567.80")]).toEqual(["R$\u00a01.234,56", "R$\u00a097,00", "−R$\u00a01.234.567,80"]));
});

describe("times", () => {
  test("the company's zone, without the comma of Intl", () => expect(dateTime(at, "pt-BR", "America/Sao_Paulo")).toBe("22/11/2026 13:05"));
  test("English", () => expect(dateTime(at, "en", "America/Sao_Paulo")).toBe("22 Nov 2026, 13:05"));
  test("milliseconds", () => expect(dateTime(at, "pt-BR", "America/Sao_Paulo", "ms")).toBe("22/11/2026 13:05:09,123"));
  test("relative within a day", () => expect([ago(at, at.getTime() + 180_000, "pt-BR"), ago(at, at.getTime() - 60_000, "en"), ago(at, at.getTime() + 90_000_000, "en")]).toEqual(["há 3 min", "in 1 min", null]));
  test("durations", () => expect([850, 4_000, 180_000, 12_000_000, 187_200_000].map(duration)).toEqual(["850 ms", "4 s", "3 min", "3 h 20", "2 d 4 h"]));
});

describe("addresses", () => {
  test("phones", () => expect([phone("+5511900000000"), phone("+5511" + "30000000"), phone("+14155550100"), phone(null)]).toEqual(["+55 (11) 90000-0000", "+55 (11) 3000-0000", "+14155550100", "—"]));
  test("a query string keeps what was typed", () => {
    const search = { order_id: "00123", phone: "+5511900000000", payload: '{"a":"b&c=d"}' };
    expect(parseSearch(stringifySearch(search))).toEqual(search);
  });
  test("relative times are made fixed only for a request", () => expect([asMoment("now-24h", at.getTime()), asMoment("rubbish", 0)]).toEqual(["2026-11-21T16:05:09.123Z", undefined]));
});
