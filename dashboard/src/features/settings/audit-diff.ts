/** What changed, as lines that can be read side by side. */
export interface Change { field: string; before: unknown; after: unknown; hidden: boolean }
export interface Line { field: string; before: string | null; after: string | null; hidden: boolean; kind: "added" | "removed" | "changed" }

/** A value as text: texts as they are, everything else as JSON; what is not there is null. */
export function asText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function lines(changes: readonly Change[]): Line[] {
  return changes.map(({ field, before, after, hidden }) => {
    const [was, is] = [asText(before), asText(after)];
    return { field, before: was, after: is, hidden, kind: hidden ? "changed" : was === null ? "added" : is === null ? "removed" : "changed" };
  });
}
