/** The same vectors as the engine's tests: what it sends and what this calls sound are the same codes. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { crc16, readBrCode } from "./pix";

interface Vectors { valid: string[]; invalid: { text: string; why: string }[]; crc: { check: Record<string, string> } }
const vectors = JSON.parse(readFileSync(`${process.cwd()}/../tests/vectors/pix_brcode.json`, "utf8")) as Vectors;
const signed = (fields: string) => `${fields}6304${crc16(`${fields}6304`)}`;

test("the standard's own checksum", () => { for (const [text, sum] of Object.entries(vectors.crc.check)) expect(crc16(text)).toBe(sum); });
test("sound codes say who is paid", () => {
  for (const text of vectors.valid) expect(readBrCode(text), text).toBeTypeOf("object");
  expect(readBrCode(vectors.valid[2]!)).toMatchObject({ key: "+5511943214321", url: null, amount: "66.66", merchant: "EMPRESA", city: "BRASILIA" });
});
test("broken codes are told apart", () => {
  for (const one of vectors.invalid) expect(readBrCode(one.text), one.why).toBeTypeOf("string");
  expect(readBrCode(vectors.valid[0]!.replace("BRASILIA", "BRASILIB"))).toBe("checksum");
  expect(readBrCode(signed("00020126180014br.gov.bcb.pix53039865802BR5901A6001B"))).toBe("no_pix_account");
  expect(readBrCode(signed("00020126230014br.gov.bcb.pix0101k53039865402x15802BR5901A6001B"))).toBe("amount");
  expect([readBrCode(" "), readBrCode("x".repeat(1025)), readBrCode("0002")]).toEqual(["empty", "too_long", "structure"]);
});
