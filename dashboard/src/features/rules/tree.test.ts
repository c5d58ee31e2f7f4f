/** Random trees of conditions: through the API's form and back they stay themselves, and mean the same. */
import { describe, expect, test } from "vitest";
import { added, changed, countOf, fact, group, leaf, MODES, nodeJson, opNamed, OPS, pathsOf, treeOf, whenOf, written, type Group, type Json, type Mode, type Node, type Op } from "./tree";
import { adapted, opsFor, takesList, textOf, valueOf, type Kind } from "./values";

/** A small generator with a seed: a failing run can be made again. */
function random(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n: number) => Math.floor(next() * n);
  return { below, pick: <T,>(from: readonly T[]): T => from[below(from.length)]! };
}
type Random = ReturnType<typeof random>;
const RUNS = 400;
const each = (run: (r: Random, seed: number) => void) => { for (let seed = 1; seed <= RUNS; seed++) run(random(seed), seed); };

const FIELDS = ["order_value", "customer_name", "$.items[0].name", "$.metadata.deviceType", "payment_method"];
const scalar = (r: Random): Json => r.pick<Json>([50, 0, -1.5, "pix", "011", "São Paulo", true, false, "linha\u00a0dura"]);
const valueFor = (r: Random, op: Op): Json => (op === "exists" ? r.pick([true, false]) : op === "between" ? [1, 2 + r.below(9)] : takesList(op) ? Array.from({ length: 1 + r.below(4) }, () => scalar(r)) : scalar(r));

function node(r: Random, depth: number): Node {
  const what = depth === 0 ? r.below(4) : r.below(7);
  if (what >= 4) return group(r.pick(MODES), Array.from({ length: r.below(4) }, () => node(r, depth - 1)));
  if (what === 3) return fact(r.pick(["order_has_event", "contact_has_tag"] as const), Array.from({ length: 1 + r.below(3) }, (_, at) => `nome_${at}`));
  const op = r.pick(OPS);
  return leaf(r.pick(FIELDS), op, valueFor(r, op));
}
const tree = (r: Random): Group => group(r.pick(MODES), Array.from({ length: r.below(5) }, () => node(r, 4)));

/** A tree without its keys and without groups that say nothing. */
const bare = (one: Node): unknown => (one.kind === "group" ? { mode: one.mode, children: written(one.children).map(bare) } : { ...one, key: 0 });

/** What the API accepts: any spelling, `not` with one object, a leaf alone, `exists` without a value. */
const spelled: Record<Op, string[]> = {
  equals: ["equals", "=", "is", "equalTo"], not_equals: ["!=", "isNot", "ne"], greater: [">", "gt", "greaterThan"], greater_or_equal: [">=", "at least", "gte"], less: ["<", "below"], less_or_equal: ["lte", "at_most"],
  between: ["between", "range"], in: ["in", "one_of", "any-of"], not_in: ["nin", "noneOf"], contains: ["includes"], starts_with: ["startsWith", "prefix"], matches: ["=~", "regex"], exists: ["exists", "present"],
};
function apiForm(r: Random, depth: number): Json {
  if (depth > 0 && r.below(2)) {
    const mode = r.pick(MODES);
    const children = Array.from({ length: 1 + r.below(3) }, () => apiForm(r, depth - 1));
    return { [mode]: mode === "not" && children.length === 1 && r.below(2) ? children[0]! : children };
  }
  if (!r.below(4)) return r.below(2) ? { order_has_event: "order_approved" } : { contact_has_tag: ["vip", "novo"] };
  const op = r.pick(OPS);
  const written: Json = { field: r.pick(FIELDS), op: r.pick(spelled[op]), value: valueFor(r, op) };
  if (op === "exists" && written.value === true && r.below(2)) delete (written as { value?: Json }).value;
  return written;
}

/** What a condition of the API means where each single test holds or not as `holds` says. */
function means(when: Json, holds: (test: string) => boolean): boolean {
  if (when === null) return true;
  const shape = when as { [name: string]: Json };
  const mode = MODES.find((one) => one in shape);
  if (!mode) {
    if ("field" in shape) {
      const op = opNamed(shape.op)!;
      return holds(JSON.stringify([shape.field, op, shape.value ?? true]));
    }
    const [name, value] = Object.entries(shape)[0]!;
    return holds(JSON.stringify([name, Array.isArray(value) ? value : [value]]));
  }
  const inside = shape[mode]!;
  const children = (Array.isArray(inside) ? inside : [inside]).map((child) => means(child, holds));
  return mode === "all" ? children.every(Boolean) : mode === "any" ? children.some(Boolean) : !children.some(Boolean);
}
const coin = (seed: number) => (test: string) => { let sum = seed; for (const letter of test) sum = (sum * 31 + letter.charCodeAt(0)) | 0; return (sum & 4) === 0; };

describe("a tree of conditions and the API's form", () => {
  test("to the API and back it is the same tree", () => each((r) => {
    const one = tree(r);
    const back = treeOf(whenOf(one));
    // Nothing at all has no mode: it comes back as an empty "all".
    expect(bare(back)).toEqual(whenOf(one) === null ? { mode: "all", children: [] } : bare(one));
  }));

  test("what the API holds means the same after it was read and written, whichever tests hold", () => each((r, seed) => {
    const when = apiForm(r, 5);
    const again = whenOf(treeOf(when));
    for (let at = 0; at < 8; at++) expect(means(again, coin(seed * 8 + at)), JSON.stringify(when)).toBe(means(when, coin(seed * 8 + at)));
    expect(whenOf(treeOf(again))).toEqual(again);
  }));

  test("no group without conditions is written: the API would refuse it", () => each((r) => {
    const look = (when: Json): void => {
      if (when === null || typeof when !== "object" || Array.isArray(when)) return;
      const mode = MODES.find((one: Mode) => one in when);
      if (!mode) return;
      const inside = when[mode] as Json[];
      expect(inside.length).toBeGreaterThan(0);
      inside.forEach(look);
    };
    look(whenOf(tree(r)));
  }));

  test("every path leads to its own node in what is written", () => each((r) => {
    const root = tree(r);
    const when = whenOf(root);
    if (when === null) return;
    const known = new Map<number, Node>();
    const walk = (one: Node) => { known.set(one.key, one); if (one.kind === "group") one.children.forEach(walk); };
    walk(root);
    for (const [key, path] of pathsOf(root, "when")) {
      const steps = path.split(/[.[\]]+/).filter(Boolean).slice(1);
      const found = steps.reduce<Json>((at, step) => (at as { [name: string]: Json })[step]!, when);
      expect(found, path).toEqual(nodeJson(known.get(key)!));
    }
  }));

  test("a change touches its node alone; taking out takes out what stands below", () => each((r) => {
    const root = tree(r);
    const nodes: Node[] = [];
    const walk = (one: Node) => { nodes.push(one); if (one.kind === "group") one.children.forEach(walk); };
    root.children.forEach(walk);
    if (!nodes.length) return;
    const target = r.pick(nodes);
    const without = changed(root, target.key, () => null);
    expect(countOf(without)).toBe(countOf(root) - countOf(target));
    expect(changed(root, target.key, (one) => one)).toBe(root);
    expect(countOf(added(root, root.key, leaf("x")))).toBe(countOf(root) + 1);
  }));

  test("spellings are those of the API", () => {
    for (const op of OPS) for (const spelling of spelled[op]) expect(opNamed(spelling), spelling).toBe(op);
    expect([opNamed("like"), opNamed(3)]).toEqual([null, null]);
  });
});

describe("values", () => {
  test("what is shown is read again as the same value", () => each((r) => {
    for (const kind of ["text", "number", "boolean"] as Kind[]) {
      const value: Json = kind === "text" ? r.pick(["a", "011", "São Paulo", "x y"]) : kind === "number" ? r.pick([0, 50, -3.25, 1e6]) : r.pick([true, false]);
      expect(valueOf(textOf(value), "equals", kind)).toBe(value);
      expect(valueOf(textOf([value, value]), "in", kind)).toEqual([value, value]);
    }
  }));
  test("Portuguese and plain numbers", () => expect(["97,00", "1.234,56", "97.5", "R$ 9", "1.234"].map((text) => valueOf(text, "greater", "money"))).toEqual([97, 1234.56, 97.5, "R$ 9", 1234]));
  test("another operator keeps the value where it can", () => {
    expect(adapted(5, "greater", "between", "money")).toEqual([5, ""]);
    expect(adapted(["a", "b"], "in", "equals", "text")).toBe("a");
    expect(adapted("a", "equals", "in", "text")).toEqual(["a"]);
    expect(adapted("a", "equals", "exists", "text")).toBe(true);
    expect(adapted(["a"], "in", "not_in", "text")).toEqual(["a"]);
  });
  test("a kind's operators are known ones", () => { for (const kind of ["text", "phone", "money", "time", "number", "boolean"] as Kind[]) expect(opsFor(kind).every((op) => OPS.includes(op))).toBe(true); });
});
