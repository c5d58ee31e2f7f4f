/** What each kind of export can be narrowed by: the list's own parameters, kept in the address and sent as they are. */
import { asMoment } from "../../lib/period";
import type { Search } from "../../lib/search";

export type Kind = "events" | "messages" | "contacts" | "campaign-recipients";
export const KINDS: Kind[] = ["events", "messages", "contacts", "campaign-recipients"];
export const FILTERS: Record<Kind, string[]> = {
  events: ["from", "to", "event_type", "source", "state", "phone", "order_id", "external_id", "payload"],
  messages: ["from", "to", "status", "phone", "reason", "session_id", "rule_id", "campaign_id"],
  contacts: ["from", "to", "q", "tag", "list_id", "opted_out"],
  "campaign-recipients": ["campaign_id", "state", "reason", "reached"],
};

export function asKind(text: string | undefined): Kind {
  return KINDS.find((one) => one === text) ?? "events";
}

/** The filters of a kind that stand in the address. */
export function valuesOf(kind: Kind, search: Search): Record<string, string> {
  return Object.fromEntries(FILTERS[kind].flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
}

/** The same for the API: relative times are made fixed, so that what was counted is what is exported. */
export function filterOf(values: Record<string, string>, now: number): Record<string, string> {
  const made = { ...values };
  for (const name of ["from", "to"]) if (made[name]) made[name] = asMoment(made[name], now) ?? made[name];
  return made;
}

/** Whether a file of that kind can be asked for: recipients are those of one campaign. */
export function missing(kind: Kind, values: Record<string, string>): string | null {
  return kind === "campaign-recipients" && !values.campaign_id ? "campaign_id" : null;
}
