/** What happened between a person and the company, newest first, out of several lists of the API. */
import type { Consent, EventSummary, Message } from "../../api/schema.gen";

export type Happening =
  | { kind: "event"; key: string; at: string; event: EventSummary }
  | { kind: "message"; key: string; at: string; message: Message }
  | { kind: "consent"; key: string; at: string; consent: Consent };

/** How far back a list tells: everything, or only back to its last row where it has more. */
export interface Told<Row> { rows: Row[]; more: boolean }

/**
 * Lists in one order. What is older than the end of a list that has more is left out: between those rows others may stand
 * that were not read yet.
 */
export function merged(events: Told<EventSummary>, messages: Told<Message>, consents: Told<Consent>): { rows: Happening[]; more: boolean } {
  const all: Happening[] = [
    ...events.rows.map((event): Happening => ({ kind: "event", key: `e ${event.id}`, at: event.created_at, event })),
    ...messages.rows.map((message): Happening => ({ kind: "message", key: `m ${message.id}`, at: message.created_at, message })),
    ...consents.rows.map((consent): Happening => ({ kind: "consent", key: `c ${consent.id}`, at: consent.created_at, consent })),
  ];
  const ends = [end(events, (row) => row.created_at), end(messages, (row) => row.created_at), end(consents, (row) => row.created_at)];
  const horizon = ends.reduce((latest, one) => (one > latest ? one : latest), "");
  const rows = all.filter((one) => one.at >= horizon).sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : one.key < other.key ? 1 : -1));
  return { rows, more: horizon !== "" };
}

function end<Row>(told: Told<Row>, at: (row: Row) => string): string {
  const last = told.rows.at(-1);
  return told.more && last ? at(last) : "";
}
