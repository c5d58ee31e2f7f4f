/** Query strings as plain text: "00123" stays what was typed, and nothing is parsed as JSON. */
export type Search = Record<string, string>;

export function parseSearch(text: string): Search {
  const found: Search = {};
  for (const [name, value] of new URLSearchParams(text)) if (value !== "") found[name] = value;
  return found;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const made = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) if (value != null && value !== "") made.set(name, String(value));
  const text = made.toString();
  return text ? `?${text}` : "";
}
