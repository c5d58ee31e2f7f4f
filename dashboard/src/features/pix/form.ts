/** The flow's settings while they are edited: numbers stay text until they are sent, what is missing is the catalogue's. */
import type { Flow, FlowKind } from "../../api/schema.gen";

export const PARTS = ["created", "reminder", "expired", "approved"] as const;
export type Part = (typeof PARTS)[number];
export type Value = string | boolean | null;
export type PartForm = Record<string, Value>;
export interface PixForm { session_id: string; source: string; active: boolean; schedule: { from: string; to: string; zone: string } | null; parts: Record<Part, PartForm> }

const shown = (value: unknown): Value => (typeof value === "boolean" || value === null ? value : typeof value === "number" || typeof value === "string" ? String(value) : "");
const shape = (value: unknown): Record<string, unknown> => (value && typeof value === "object" ? (value as Record<string, unknown>) : {});

export function formOf(kind: FlowKind, flow: Flow | null): PixForm {
  const settings = flow?.settings ?? {};
  const given = shape(settings.parts);
  const schedule = settings.schedule ? shape(settings.schedule) : null;
  const parts = Object.fromEntries(PARTS.map((part) => {
    const defaults = shape(kind.parts.find((one) => one.part === part)?.defaults);
    const merged: Record<string, unknown> = { template_id: null, ...defaults, ...shape(given[part]) };
    return [part, Object.fromEntries(Object.entries(merged).map(([name, value]) => [name, shown(value)]))];
  })) as Record<Part, PartForm>;
  return {
    session_id: settings.session_id ?? "", source: settings.source ?? "", active: settings.active ?? true,
    schedule: schedule && { from: String(schedule.from ?? "00:00"), to: String(schedule.to ?? "24:00"), zone: String(schedule.zone ?? "company") }, parts,
  };
}

const NUMBERS = new Set(["code_delay_s", "minutes_before", "fallback_minutes"]);

/** What is sent; a text that is no number goes as it was typed, so that the API says under its field what is wrong. */
export function bodyOf(form: PixForm, flow: Flow | null): Record<string, unknown> {
  const parts = Object.fromEntries(PARTS.map((part) => [part, Object.fromEntries(Object.entries(form.parts[part]).map(([name, value]) => [name, NUMBERS.has(name) && typeof value === "string" && /^\d{1,6}$/.test(value.trim()) ? Number(value) : value]))]));
  const stored = shape(flow?.settings.schedule);
  return {
    session_id: form.session_id, source: form.source.trim() || null, active: form.active,
    // Days and what happens outside the hours are kept as they were set by the API.
    schedule: form.schedule && { ...stored, ...form.schedule }, parts,
  };
}
