/** What a condition is compared with: which operators fit a field, and a value as text and back. */
import type { Json, Op } from "./tree";

export type Kind = "text" | "phone" | "money" | "time" | "number" | "boolean";

const TEXT: Op[] = ["equals", "not_equals", "contains", "starts_with", "in", "not_in", "matches", "exists"];
const ORDER: Op[] = ["equals", "not_equals", "greater", "greater_or_equal", "less", "less_or_equal", "between", "exists"];

/** The operators that make sense for a field's kind, the usual first. */
export function opsFor(kind: Kind): Op[] {
  if (kind === "money" || kind === "number") return ["greater", "greater_or_equal", "less", "less_or_equal", "between", "equals", "not_equals", "in", "not_in", "exists"];
  if (kind === "time") return ORDER.filter((op) => op !== "equals" && op !== "not_equals");
  if (kind === "boolean") return ["equals", "not_equals", "exists"];
  return TEXT;
}

export const takesList = (op: Op) => op === "in" || op === "not_in";

function one(value: Json): string {
  return value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** A value as it stands in its input: a list has one line each. */
export function textOf(value: Json): string {
  return Array.isArray(value) ? value.map(one).join("\n") : one(value);
}

function scalar(text: string, kind: Kind): Json {
  const plain = text.trim();
  if (kind === "boolean") return plain === "true" ? true : plain === "false" ? false : plain;
  if (kind !== "money" && kind !== "number") return text;
  // "1.234,56" and "97,00" are Portuguese, "97.00" is not, and no price has three decimals; what is no number goes to the API, which says so.
  const portuguese = /^-?(\d{1,3}(\.\d{3})+|\d+),\d+$/.test(plain) || (kind === "money" && /^-?\d{1,3}(\.\d{3})+$/.test(plain));
  const comma = portuguese ? plain.replaceAll(".", "").replace(",", ".") : plain;
  return /^-?\d+(\.\d+)?$/.test(comma) && Number.isSafeInteger(Math.trunc(Number(comma))) ? Number(comma) : text;
}

export function valueOf(text: string, op: Op, kind: Kind): Json {
  if (takesList(op)) return text.split("\n").filter((line) => line.trim()).map((line) => scalar(line, kind));
  return scalar(text, kind);
}

/** The value that fits after another operator was chosen: kept where it can be. */
export function adapted(value: Json, from: Op, to: Op, kind: Kind): Json {
  if (to === "exists") return typeof value === "boolean" && from === "exists" ? value : true;
  if (from === "exists") return to === "between" ? ["", ""] : takesList(to) ? [] : kind === "boolean" ? true : "";
  const first = Array.isArray(value) ? (value[0] ?? "") : value;
  if (to === "between") return from === "between" ? value : [first, ""];
  if (takesList(to)) return Array.isArray(value) && takesList(from) ? value : one(first) ? [first] : [];
  return first;
}
