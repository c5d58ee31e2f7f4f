/** Custom fields as rows of a form, and back: a field's kind (text, number, flag) stays what it was. */
export interface FieldRow { key: string; name: string; value: string }
type Value = string | number | boolean;

export function rowsOf(fields: Record<string, unknown>): FieldRow[] {
  return Object.entries(fields).map(([name, value]) => ({ key: name, name, value: String(value) }));
}

/** What to send: new and changed fields, and null for those that were taken out; what is the same is left out. */
export function changedFields(known: Record<string, unknown>, rows: FieldRow[]): Record<string, Value | null> {
  const told: Record<string, Value | null> = {};
  for (const name of Object.keys(known)) if (!rows.some((row) => row.name.trim() === name)) told[name] = null;
  for (const row of rows) {
    const name = row.name.trim();
    if (!name) continue;
    const before = known[name];
    if (before !== undefined && String(before) === row.value) continue;
    told[name] = row.value === "" ? null : typed(row.value, before);
  }
  return told;
}

function typed(text: string, before: unknown): Value {
  if (typeof before === "number" && text.trim() !== "" && Number.isFinite(Number(text))) return Number(text);
  if (typeof before === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}
