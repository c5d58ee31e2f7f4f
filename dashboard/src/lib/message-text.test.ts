import { describe, expect, test } from "vitest";
import { filledOf, isKnown, piecesOf, shownOf, sourceOf, type Shown } from "./message-text";

const KNOWN = new Set(["customer_name", "order_value"]);
const MARK: Record<string, string> = { bold: "*", italic: "_", strike: "~", code: "`", mono: "```" };
/** The text that nodes came from, their marks written again. */
const again = (shown: Shown[]): string => shown.map((one) => (one.kind === "text" ? one.text : one.kind === "hole" ? `<${one.name}>` : one.kind === "quote" ? `> ${again(one.children)}` : MARK[one.kind] + again(one.children) + MARK[one.kind])).join("");
const kinds = (shown: Shown[]): string[] => shown.flatMap((one) => ("children" in one ? [one.kind, ...kinds(one.children)] : [one.kind]));

function texts(seed: number, alphabet: string[]): string {
  let state = seed * 2654435761;
  const next = () => (state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x297a2d39) >>> 0);
  return Array.from({ length: next() % 24 }, () => alphabet[next() % alphabet.length]!).join("");
}

describe("variables", () => {
  test("pieces put together are the text", () => {
    for (let seed = 1; seed <= 500; seed++) {
      const text = texts(seed, ["{{", "}}", "a", " ", "|", ":", '"', "'", "\n", "$.x", "}", "{", "“", "”"]);
      expect(piecesOf(text).map(sourceOf).join(""), JSON.stringify(text)).toBe(text);
    }
  });
  test("filters, arguments and braces inside quotes", () => {
    const [first, , second] = piecesOf('{{ customer_name | first_name | default:"{oi|a}}" }} {{$.a|truncate:20}}');
    expect(first).toMatchObject({ kind: "variable", variable: "customer_name", filters: [{ name: "first_name", argument: null }, { name: "default", argument: "{oi|a}}" }] });
    expect(second).toMatchObject({ variable: "$.a", filters: [{ name: "truncate", argument: "20" }] });
  });
  test("what does not exist is told", () => {
    const known = (text: string) => piecesOf(text).flatMap((piece) => (piece.kind === "variable" ? [isKnown(piece, KNOWN)] : []));
    expect(known("{{customer_name}} {{custmer_name}} {{$.x}} {{order_value|mony}} {{}}")).toEqual([true, false, true, false, false]);
    expect(piecesOf("a {{b\nc").map((piece) => piece.kind)).toEqual(["text", "broken", "text"]);
  });
});

describe("WhatsApp's marks", () => {
  test("no letter is lost, whatever is typed", () => {
    for (let seed = 1; seed <= 2000; seed++) {
      const text = texts(seed, ["*", "_", "~", "`", "```", "a", "bc", " ", "\n", "<", ".", "é"]);
      expect(again(shownOf(text)), JSON.stringify(text)).toBe(text);
    }
  });
  test("bold, italic, struck, nested, within words and lines", () => {
    expect(kinds(shownOf("*oi* _a ~b~_ ```x *y*```"))).toEqual(["bold", "text", "text", "italic", "text", "strike", "text", "text", "mono", "text"]);
    expect(kinds(shownOf("2*3*4 a_b_c * x *\n*a\nb*"))).toEqual(["text", "text", "text", "text", "text"]);
    expect(kinds(shownOf("> dito\nfim"))).toEqual(["quote", "text", "text", "text"]);
  });
  test("a name with markup stays text", () => expect(filledOf("Olá, {{customer_name}}", ["<script>alert(1)</script>"])).toEqual([{ kind: "text", text: "Olá, <script>alert(1)</script>" }]));
  test("a missing value leaves its name where it would stand, inside marks too", () => expect(filledOf("*{{order_value}}* de {{customer_name}}", [null, "Ana"])).toEqual([{ kind: "bold", children: [{ kind: "hole", name: "order_value" }] }, { kind: "text", text: " de Ana" }]));
});
