/** What a key may be narrowed to: the API tells pairs, the form shows one row per part of the API. */
export type Right = "none" | "read" | "write";

/** "rules:read", "rules:write" as one row: the parts in order, with the rights that exist there. */
export function grid(scopes: readonly string[]): { area: string; may: Exclude<Right, "none">[] }[] {
  const found = new Map<string, Exclude<Right, "none">[]>();
  for (const scope of scopes) {
    const [area = "", right] = scope.split(":");
    if (right !== "read" && right !== "write") continue;
    found.set(area, [...(found.get(area) ?? []), right]);
  }
  return [...found].map(([area, may]) => ({ area, may }));
}
