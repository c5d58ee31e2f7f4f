/** What the people's list is filtered by: in the URL, for the API's list, and as whom a bulk change means. */
import { asMoment } from "../../lib/period";
import type { Search } from "../../lib/search";

export const FILTERS = ["q", "phone", "tag", "list_id", "opted_out", "from", "to"] as const;
export type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

export function filtersOf(search: Search): Filters {
  return Object.fromEntries(FILTERS.flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
}

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The list's query; relative times are made fixed to the minute, so that the same list keeps its cache. */
export function asQuery(filters: Filters, now: number): Record<string, string> {
  const minute = Math.floor(now / 60_000) * 60_000;
  const query: Record<string, string> = {};
  for (const name of FILTERS) {
    const value = filters[name];
    if (value === undefined) continue;
    const told = name === "from" || name === "to" ? asMoment(value, minute) : value;
    if (told !== undefined) query[name] = told;
  }
  return query;
}

interface Audience {
  tags?: { any: string[] };
  lists?: string[];
  opted_out?: boolean;
  fields?: { field: string; op: string; value: string }[];
}

/** The same people as an audience; null where the filter cannot be one: words, and phones however typed, are found by the list alone. */
export function asAudience(filters: Filters, now: number): Audience | null {
  const query = asQuery(filters, now);
  if (query.q !== undefined || query.phone !== undefined) return null;
  if (query.list_id !== undefined && !ID.test(query.list_id)) return null;
  const fields = [
    ...(query.from ? [{ field: "created_at", op: "greater_or_equal", value: query.from }] : []),
    ...(query.to ? [{ field: "created_at", op: "less", value: query.to }] : []),
  ];
  return {
    ...(query.tag ? { tags: { any: [query.tag] } } : {}),
    ...(query.list_id ? { lists: [query.list_id] } : {}),
    ...(query.opted_out ? { opted_out: query.opted_out === "true" } : {}),
    ...(fields.length ? { fields } : {}),
  };
}
