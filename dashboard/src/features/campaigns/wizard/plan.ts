/** What the wizard's controls mean for the draft: audiences, variables, schedules. Pure. */
import type { Template } from "../../../api/schema.gen";

export type Json = { [name: string]: unknown };
export interface Condition { field: string; op: string; value?: unknown }
export interface Audience {
  lists?: string[];
  exclude_lists?: string[];
  tags?: { any?: string[]; all?: string[]; none?: string[] };
  fields?: Condition[];
  last_event?: { types?: string[]; within_days?: number; older_than_days?: number; after?: string; before?: string };
  opted_out?: boolean;
}

const filled = (value: unknown): boolean => (Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null && value !== "");
function clean<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).flatMap(([name, one]) => {
    const kept = one && typeof one === "object" && !Array.isArray(one) ? clean(one as object) : one;
    return filled(kept) && !(kept && typeof kept === "object" && !Array.isArray(kept) && Object.keys(kept).length === 0) ? [[name, kept]] : [];
  })) as Partial<T>;
}

/** An audience with a change. Taking the last filter away chooses nobody: everybody has to be asked for. */
export function changed(present: Audience | null | undefined, change: Audience): Audience | null {
  const made = clean({ ...present, ...change });
  return Object.keys(made).length ? made : null;
}

export const isEverybody = (audience: Audience | null | undefined): boolean => audience != null && Object.keys(clean(audience)).length === 0;

export const FIELDS = ["name", "phone", "email", "document", "area_code", "source", "last_event_type", "created_at", "last_event_at", "last_inbound_at"] as const;
export const OPERATORS = ["equals", "not_equals", "contains", "starts_with", "in", "greater", "less", "exists"] as const;

/** A typed value as the operator takes it; undefined while it is none. */
export function valueFor(op: string, text: string): unknown {
  if (op === "exists") return text !== "false";
  const typed = text.trim();
  if (!typed) return undefined;
  if (op === "in") return typed.split(/[,;\n]/).map((one) => one.trim()).filter(Boolean);
  if ((op === "greater" || op === "less") && /^-?\d+([.,]\d+)?$/.test(typed)) return Number(typed.replace(",", "."));
  return typed;
}

export interface Source { field?: string; value?: string; default?: string }
export type Kind = "own" | "field" | "value";

const OWN = new Set(["customer_name", "customer_phone", "customer_email", "customer_document"]);
/** Whether a contact has a word of its own for a variable that nobody mapped. */
export const hasOwn = (variable: string): boolean => OWN.has(variable) || /^\$\.[A-Za-z_]\w*$/.test(variable);
/** Paths of more than one step cannot be mapped; they are read from events only. */
export const canMap = (variable: string): boolean => !variable.startsWith("$") || /^\$\.[A-Za-z_]\w{0,59}$/.test(variable);

/** The variables that templates ask for, in the order of their first mention. */
export function variablesOf(templates: Pick<Template, "body" | "components">[]): string[] {
  const found = new Set<string>();
  for (const template of templates)
    for (const match of `${template.body} ${JSON.stringify(template.components)}`.matchAll(/{{\s*([A-Za-z_$][\w$.[\]]*)/g)) found.add(match[1]!);
  return [...found];
}

export const kindOf = (source: Source | undefined): Kind => (source?.value !== undefined ? "value" : source?.field !== undefined ? "field" : "own");

/** The variables with one of them changed; what says nothing is left out. */
export function withSource(present: Record<string, Source> | undefined, variable: string, source: Source | null): Record<string, Source> | null {
  const made: Record<string, Source> = { ...present };
  delete made[variable];
  const kept = source && (Object.fromEntries(Object.entries(source).filter(([, text]) => text !== undefined && text !== "")) as Source);
  if (kept && (kept.field || kept.value)) made[variable] = kept;
  return Object.keys(made).length ? made : null;
}

export interface Recurrence { every: "day" | "week" | "month"; at: string; weekdays?: number[]; day?: number; until?: string }
export interface Schedule { start_at?: string; time_zone?: string; recurrence?: Recurrence }

/** A schedule with a change; null where it says nothing but "now". */
export function scheduled(present: Schedule | null | undefined, change: { start_at?: string | null; recurrence?: Recurrence | null }, zone: string): Schedule | null {
  const made: Schedule = { time_zone: present?.time_zone ?? zone };
  const start = change.start_at === undefined ? present?.start_at : change.start_at;
  const again = change.recurrence === undefined ? present?.recurrence : change.recurrence;
  if (start) made.start_at = start;
  if (again) made.recurrence = again;
  return start || again ? made : null;
}

/** A recurrence of another kind, with what that kind needs. */
export function recurring(every: Recurrence["every"], present: Recurrence | undefined): Recurrence {
  const made: Recurrence = { every, at: present?.at ?? "09:00" };
  if (every === "week") made.weekdays = present?.weekdays?.length ? present.weekdays : [1];
  if (every === "month") made.day = present?.day ?? 1;
  if (present?.until) made.until = present.until;
  return made;
}

export const STEPS = ["audience", "message", "sending", "check"] as const;
export type StepName = (typeof STEPS)[number];
const PLACES: Record<string, StepName> = { name: "audience", audience: "audience", variants: "message", variables: "message", sessions: "sending", schedule: "sending", quiet_hours: "sending" };
/** The step whose controls mend a field. */
export const stepOf = (field: string): StepName => PLACES[field.split(/[.[]/, 1)[0]!] ?? "audience";
