/** A rule in the making: what the builder holds, made of what the API has, and written back as it takes it. */
import { stepPaths, stepsJson, stepsOf, type Step } from "./steps";
import { pathsOf, treeOf, whenOf, type Group, type Json } from "./tree";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export interface Schedule { days: string[]; from: string; to: string; zone: string; outside: string }

export interface Draft {
  name: string;
  eventTypes: string[];
  source: string;
  when: Group;
  steps: Step[];
  cancelOn: string[];
  perOrder: string;
  personCount: string;
  personHours: string;
  schedule: Schedule | null;
  /** It was written with `action` and `delay_s`; what is published has steps. */
  wasShort: boolean;
}

export type RuleJson = { [name: string]: Json };

export const NEW_SCHEDULE: Schedule = { days: [], from: "08:00", to: "20:00", zone: "company", outside: "wait" };

export function emptyDraft(): Draft {
  return { name: "", eventTypes: [], source: "", when: treeOf(null), steps: [], cancelOn: [], perOrder: "", personCount: "", personHours: "", schedule: null, wasShort: false };
}

const texts = (value: Json | undefined): string[] => (value == null ? [] : (Array.isArray(value) ? value : [value]).map(String));
const shape = (value: Json | undefined): RuleJson => (value && typeof value === "object" && !Array.isArray(value) ? value : {});
const shown = (value: Json | undefined) => (value == null ? "" : String(value));

export function draftOf(rule: RuleJson): Draft {
  const trigger = shape(rule.trigger), caps = shape(rule.caps), person = shape(caps.per_person), schedule = shape(rule.schedule);
  const wasShort = rule.steps == null && rule.action != null;
  return {
    name: shown(rule.name), eventTypes: texts(trigger.event_type), source: shown(trigger.source), when: treeOf(rule.when),
    steps: wasShort ? stepsOf([...(rule.delay_s ? [{ type: "wait", delay_s: rule.delay_s }] : []), { type: "send", ...shape(shape(rule.action).send) }]) : stepsOf(rule.steps),
    cancelOn: texts(rule.cancel_on), perOrder: shown(caps.per_order), personCount: shown(person.count), personHours: shown(person.per_hours),
    schedule: rule.schedule == null ? null : { days: texts(schedule.days), from: shown(schedule.from) || "00:00", to: shown(schedule.to) || "24:00", zone: shown(schedule.zone) || "company", outside: shown(schedule.outside) || "wait" },
    wasShort,
  };
}

const whole = (text: string): Json => (text.trim() === "" ? null : /^\d{1,9}$/.test(text.trim()) ? Number(text) : text);

/** The rule as a change takes it: null takes an optional field away. */
export function ruleOf(draft: Draft): RuleJson {
  const { schedule } = draft;
  const person = draft.personCount.trim() || draft.personHours.trim() ? { count: whole(draft.personCount), per_hours: whole(draft.personHours) } : null;
  const caps = draft.perOrder.trim() || person ? { ...(draft.perOrder.trim() ? { per_order: whole(draft.perOrder) } : {}), ...(person ? { per_person: person } : {}) } : null;
  return {
    name: draft.name.trim(),
    trigger: { event_type: draft.eventTypes.includes("*") ? "*" : draft.eventTypes.length === 1 ? draft.eventTypes[0]! : draft.eventTypes, ...(draft.source.trim() ? { source: draft.source.trim() } : {}) },
    when: whenOf(draft.when),
    steps: stepsJson(draft.steps),
    action: null,
    delay_s: null,
    cancel_on: draft.cancelOn.length ? draft.cancelOn : null,
    caps,
    schedule: schedule && { ...(schedule.days.length ? { days: schedule.days } : {}), from: schedule.from, to: schedule.to, zone: schedule.zone, outside: schedule.outside },
  };
}

export function draftPaths(draft: Draft): Map<number, string> {
  return stepPaths(draft.steps, "steps", pathsOf(draft.when, "when"));
}

/** Whether two drafts would be the same rule. */
export const same = (a: Draft, b: Draft) => JSON.stringify(ruleOf(a)) === JSON.stringify(ruleOf(b));

/** A draft kept in the browser comes back with keys of its own, so that they do not meet those of this visit. */
export function revived(text: string): Draft | null {
  try {
    const kept = JSON.parse(text) as Draft;
    const again = draftOf(ruleOf(kept));
    return { ...again, name: kept.name, wasShort: kept.wasShort, source: kept.source };
  } catch {
    return null;
  }
}
