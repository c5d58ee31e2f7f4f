import { expect, test } from "vitest";
import { MOST_BYTES, sniff, SNIFFED, troubleOf } from "./sniff";

const bytes = (text: string) => new TextEncoder().encode(text);

test("a CSV has no trouble, with a mark, in Latin-1 and in UTF-16 neither", () =>
  expect([bytes("nome;fone\n"), bytes("\ufeffnome\n"), new Uint8Array([0x4a, 0x6f, 0xe3, 0x6f]), new Uint8Array([0xff, 0xfe, 0x61, 0, 0x62, 0])].map((head) => troubleOf(head, head.length))).toEqual([null, null, null, null]));

test("what is no CSV is named", () => {
  expect(troubleOf(bytes(""), 0)).toBe("empty");
  expect(troubleOf(bytes("a"), MOST_BYTES + 1)).toBe("tooLarge");
  expect([bytes("PK\u0003\u0004xl"), new Uint8Array([0xd0, 0xcf, 0x11, 0xe0])].map((head) => troubleOf(head, 9))).toEqual(["workbook", "workbook"]);
  expect(troubleOf(new Uint8Array([0x89, 0x50, 0, 1]), 4)).toBe("binary");
});

test("no more than the first 256 KB is read", async () => {
  const asked: [number | undefined, number | undefined][] = [];
  const file = { size: 10 * SNIFFED, slice: (from?: number, to?: number) => { asked.push([from, to]); return { arrayBuffer: async () => bytes("nome;fone\n").buffer }; } };
  expect(await sniff(file as unknown as Blob)).toBeNull();
  expect(asked).toEqual([[0, SNIFFED]]);
});
