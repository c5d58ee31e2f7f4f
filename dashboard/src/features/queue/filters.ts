/** The filter of dead letters: in the address, for the list, and for an action on all that match. */
import { asMoment } from "../../lib/period";

export const FILTERS = ["kind", "class", "code", "session_id", "campaign_id", "rule_id", "from", "resolved"] as const;
export type Filters = Partial<Record<(typeof FILTERS)[number], string>>;

export function filtersOf(search: Record<string, string>): Filters {
  return Object.fromEntries(FILTERS.flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
}

/** What the list is asked for; without a word about it, what nobody has dealt with yet. */
export function listQuery(filters: Filters, now: number): Record<string, unknown> {
  const { from, resolved, ...rest } = filters;
  const moment = from ? asMoment(from, Math.floor(now / 60_000) * 60_000) : undefined;
  return { ...rest, ...(moment ? { from: moment } : {}), ...(resolved === "all" ? {} : { resolved: resolved === "true" }) };
}

/** The same people for a bulk action, frozen at this moment: it acts on open ones alone. */
export function bulkFilter(filters: Filters, now: number): Record<string, string> {
  const asked = listQuery(filters, now);
  delete asked.resolved;
  return asked as Record<string, string>;
}

/** Whether what the list shows can be acted on. */
export const isOpenList = (filters: Filters) => filters.resolved === undefined;
