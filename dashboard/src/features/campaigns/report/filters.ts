/** Whose people the address names: the filter of one bar, as query parameters of the recipients. Pure. */
import type { Search } from "../../../lib/search";

export const NAMES = ["state", "reason", "reached", "session_id", "variant"] as const;
export type Wanted = Partial<Record<(typeof NAMES)[number], string>>;

/** A report's filter as text; nothing else than {@link NAMES} goes into the address. */
export function wantedOf(filter: Record<string, unknown>): Wanted {
  return Object.fromEntries(NAMES.flatMap((name) => (filter[name] === undefined || filter[name] === null ? [] : [[name, String(filter[name])]]))) as Wanted;
}

export function fromSearch(search: Search): Wanted {
  return wantedOf(search);
}

/** What the address has to change to: this filter and no other; the same one again takes it off. */
export function toSearch(present: Wanted, next: Wanted): Record<string, string | undefined> {
  const off = same(present, next);
  return Object.fromEntries(NAMES.map((name) => [name, off ? undefined : next[name]]));
}

export function same(one: Wanted, other: Wanted): boolean {
  return NAMES.every((name) => (one[name] ?? "") === (other[name] ?? ""));
}

export const isEmpty = (wanted: Wanted): boolean => same(wanted, {});
