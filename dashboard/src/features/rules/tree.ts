/** Conditions as the editor holds them, and as the API writes them: `{all|any|not: […]}` and `{field, op, value}`. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type Mode = "all" | "any" | "not";
export const MODES: Mode[] = ["all", "any", "not"];
/** Groups inside groups that the editor makes; deeper ones of the API are shown and kept. */
export const MAX_DEPTH = 4;

export const OPS = ["equals", "not_equals", "greater", "greater_or_equal", "less", "less_or_equal", "between", "in", "not_in", "contains", "starts_with", "matches", "exists"] as const;
export type Op = (typeof OPS)[number];

export interface Leaf { kind: "leaf"; key: number; field: string; op: Op; value: Json }
/** What only a branch may ask: another event of the order, a tag of the contact. */
export interface Fact { kind: "fact"; key: number; fact: "order_has_event" | "contact_has_tag"; values: string[] }
export interface Group { kind: "group"; key: number; mode: Mode; children: Node[] }
export type Node = Leaf | Fact | Group;

let last = 0;
export const newKey = () => ++last;

export const group = (mode: Mode = "all", children: Node[] = []): Group => ({ kind: "group", key: newKey(), mode, children });
export const leaf = (field = "", op: Op = "equals", value: Json = ""): Leaf => ({ kind: "leaf", key: newKey(), field, op, value });
export const fact = (name: Fact["fact"], values: string[] = []): Fact => ({ kind: "fact", key: newKey(), fact: name, values });

const SPELLINGS: Record<Op, string> = {
  equals: "= == === eq equal equal_to is", not_equals: "!= <> ne neq not_equal not_equal_to is_not",
  in: "one_of any_of is_in", not_in: "none_of nin is_not_in", contains: "includes", starts_with: "start_with begins_with prefix", matches: "match regex regexp =~ ~",
  greater: "> gt greater_than more more_than above", greater_or_equal: ">= gte ge greater_than_or_equal greater_than_or_equal_to greater_or_equal_to at_least",
  less: "< lt less_than below", less_or_equal: "<= lte le less_than_or_equal less_than_or_equal_to less_or_equal_to at_most", between: "range", exists: "present is_present",
};
const CANONICAL = new Map(OPS.flatMap((op) => [op, ...SPELLINGS[op].split(" ")].map((spelling) => [spelling, op] as const)));

/** The operator that a spelling means, as the API reads it; null where it means none. */
export function opNamed(spelling: Json | undefined): Op | null {
  if (typeof spelling !== "string") return null;
  return CANONICAL.get(spelling.trim().replace(/(?<=[a-z])(?=[A-Z])/g, "_").replace(/[\s-]+/g, "_").toLowerCase()) ?? null;
}

type Shape = { [name: string]: Json };

function nodeOf(when: Json): Node {
  const shape: Shape = when && typeof when === "object" && !Array.isArray(when) ? when : {};
  const mode = MODES.find((one) => one in shape);
  if (mode) {
    const inside = shape[mode]!;
    return group(mode, (Array.isArray(inside) ? inside : [inside]).map(nodeOf));
  }
  for (const name of ["order_has_event", "contact_has_tag"] as const)
    if (name in shape) return fact(name, (Array.isArray(shape[name]) ? (shape[name] as Json[]) : [shape[name]!]).map(String));
  const op = opNamed(shape.op) ?? "equals";
  return leaf(typeof shape.field === "string" ? shape.field : "", op, shape.value ?? (op === "exists" ? true : ""));
}

/** A `when` of the API as a tree whose root is a group; nothing at all is a group without conditions. */
export function treeOf(when: Json | undefined): Group {
  if (!when || typeof when !== "object" || Object.keys(when).length === 0) return group();
  const node = nodeOf(when);
  return node.kind === "group" ? node : group("all", [node]);
}

const empty = (node: Node): boolean => node.kind === "group" && node.children.every(empty);

/** The nodes that are written: a group without conditions is none. */
export function written(children: Node[]): Node[] {
  return children.filter((child) => !empty(child));
}

export function nodeJson(node: Node): Json {
  if (node.kind === "group") return { [node.mode]: written(node.children).map(nodeJson) };
  if (node.kind === "fact") {
    const values = node.values.map((one) => one.trim()).filter(Boolean);
    return { [node.fact]: values.length === 1 ? values[0]! : values };
  }
  return { field: node.field, op: node.op, value: node.value };
}

/** The tree as the API takes it; null where there is no condition. */
export function whenOf(root: Group): Json {
  return empty(root) ? null : nodeJson(root);
}

/** Where each node stands in the API's words ("when.all[1]"), so that what it says of a path finds its line. */
export function pathsOf(root: Node, path: string, found = new Map<number, string>()): Map<number, string> {
  found.set(root.key, path);
  if (root.kind === "group") written(root.children).forEach((child, at) => pathsOf(child, `${path}.${root.mode}[${at}]`, found));
  return found;
}

export function countOf(node: Node): number {
  return node.kind === "group" ? node.children.reduce((sum, child) => sum + countOf(child), 0) : 1;
}

/** The tree with one node changed, or taken out by `null`. */
export function changed<N extends Node>(root: N, key: number, change: (node: Node) => Node | null): N {
  const walk = (node: Node): Node | null => {
    if (node.key === key) return change(node);
    if (node.kind !== "group") return node;
    let same = true;
    const children = node.children.flatMap((child) => {
      const made = walk(child);
      if (made !== child) same = false;
      return made ? [made] : [];
    });
    return same ? node : { ...node, children };
  };
  return (walk(root) ?? root) as N;
}

export function added(root: Group, parent: number, node: Node): Group {
  return changed(root, parent, (one) => (one.kind === "group" ? { ...one, children: [...one.children, node] } : one));
}
