/** One entry of a mapping ↔ the text in its field: `$.a`, `$.a | $.b`, `= constant`, `$.a = constant where nothing is there`. */
export type Entry = string | string[] | { path?: string | string[]; value?: string };
export type Mapping = Record<string, Entry | Record<string, string>>;
const BETWEEN = " | ";

export function textOf(entry: unknown): string {
  if (entry == null) return "";
  if (typeof entry === "string") return entry;
  if (Array.isArray(entry)) return entry.join(BETWEEN);
  const { path, value } = entry as { path?: string | string[]; value?: string };
  return [textOf(path), value === undefined ? "" : `= ${value}`].filter(Boolean).join(" ");
}

export function entryOf(text: string): Entry | undefined {
  const plain = text.trim();
  if (!plain) return undefined;
  const constant = /(?:^|\s)=\s*(.*)$/s.exec(plain);
  const before = (constant ? plain.slice(0, constant.index) : plain).trim();
  const paths = before.split("|").map((one) => one.trim()).filter(Boolean);
  const path = paths.length > 1 ? paths : paths[0];
  if (!constant) return path;
  return path === undefined ? { value: constant[1]! } : { path, value: constant[1]! };
}

/** The mapping with a field read from what is typed; nothing typed leaves the field to the usual names. */
export function withField(mapping: Mapping, field: string, text: string): Mapping {
  const rest = Object.fromEntries(Object.entries(mapping).filter(([name]) => name !== field));
  const entry = entryOf(text);
  return entry === undefined ? rest : { ...rest, [field]: entry };
}

/** The source's own event types and what they are called here, in the order in which they were typed. */
export type TypeRows = [string, string][];

export function typeRows(mapping: Mapping): TypeRows {
  return Object.entries((mapping.types ?? {}) as Record<string, string>);
}

export function withTypes(mapping: Mapping, rows: TypeRows): Mapping {
  const rest = Object.fromEntries(Object.entries(mapping).filter(([name]) => name !== "types"));
  const kept = rows.filter(([raw, name]) => raw.trim() || name.trim());
  return kept.length ? { ...rest, types: Object.fromEntries(kept) } : rest;
}
