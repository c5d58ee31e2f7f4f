/** A rule's steps as the editor holds them, and as the API writes them. */
import { newKey, pathsOf, treeOf, whenOf, type Group, type Json } from "./tree";

export const STEP_TYPES = ["send", "wait", "wait_until", "branch", "add_tag", "add_to_list", "call_webhook"] as const;
export type StepType = (typeof STEP_TYPES)[number];
/** Branches inside branches that the API takes. */
export const MAX_BRANCHES = 5;

export interface Step {
  key: number;
  /** One of `STEP_TYPES`, or one that only a flow makes: it is shown and kept. */
  type: string;
  /** The fields as the API has them, without those of a branch. */
  data: { [name: string]: Json };
  when?: Group;
  then?: Step[];
  else?: Step[];
}

export function newStep(type: StepType, data: Step["data"] = {}): Step {
  const begin: Partial<Record<StepType, Step["data"]>> = { send: { text: "" }, wait: { delay_s: 600 }, wait_until: { time: "09:00" }, add_tag: { tag: "" } };
  const step: Step = { key: newKey(), type, data: { ...begin[type], ...data } };
  return type === "branch" ? { ...step, when: treeOf(null), then: [], else: [] } : step;
}

export function stepsOf(given: Json | undefined): Step[] {
  return (Array.isArray(given) ? given : []).map((one) => {
    const { type, when, then, else: otherwise, ...data } = one as { [name: string]: Json };
    const step: Step = { key: newKey(), type: String(type), data };
    return type === "branch" ? { ...step, when: treeOf(when), then: stepsOf(then), else: stepsOf(otherwise) } : step;
  });
}

/** What a message is made of is said even where it is blank: the API then names that field, and not the whole step. */
const kept = (data: Step["data"], name: string) => (name === "text" && data.image == null) || (name === "template_id" && data.text == null);

/** Nothing typed is nothing said: blank texts and nulls are left out. */
const said = ({ type, data }: Step) => Object.fromEntries(Object.entries(data).filter(([name, value]) => value !== null && (value !== "" || (type === "send" && kept(data, name)))));

export function stepsJson(steps: Step[]): Json {
  return steps.map((step) => {
    const made: { [name: string]: Json } = { ...said(step), type: step.type };
    if (step.type !== "branch") return made;
    const when = whenOf(step.when!);
    return { ...made, ...(when ? { when } : {}), then: stepsJson(step.then ?? []), ...(step.else?.length ? { else: stepsJson(step.else) } : {}) };
  });
}

/** Where each step and each condition of a branch stands in the API's words: "steps[1].then[0]". */
export function stepPaths(steps: Step[], path = "steps", found = new Map<number, string>()): Map<number, string> {
  steps.forEach((step, at) => {
    const place = `${path}[${at}]`;
    found.set(step.key, place);
    if (step.when) pathsOf(step.when, `${place}.when`, found);
    stepPaths(step.then ?? [], `${place}.then`, found);
    stepPaths(step.else ?? [], `${place}.else`, found);
  });
  return found;
}

export function allSteps(steps: Step[]): Step[] {
  return steps.flatMap((step) => [step, ...allSteps(step.then ?? []), ...allSteps(step.else ?? [])]);
}

/** The list in which a step stands, changed; every other list stays what it is. */
function inList(steps: Step[], key: number, change: (list: Step[], at: number) => Step[]): Step[] {
  const at = steps.findIndex((step) => step.key === key);
  if (at >= 0) return change(steps, at);
  return steps.map((step) => {
    if (step.type !== "branch") return step;
    const then = inList(step.then ?? [], key, change);
    const otherwise = inList(step.else ?? [], key, change);
    return then.every((one, n) => one === step.then?.[n]) && then.length === step.then?.length && otherwise.every((one, n) => one === step.else?.[n]) && otherwise.length === step.else?.length ? step : { ...step, then, else: otherwise };
  });
}

export const changedStep = (steps: Step[], key: number, change: (step: Step) => Step) => inList(steps, key, (list, at) => list.with(at, change(list[at]!)));
export const withoutStep = (steps: Step[], key: number) => inList(steps, key, (list, at) => list.toSpliced(at, 1));

/** A step one place up or down in its own list; at the end of it nothing happens. */
export function movedStep(steps: Step[], key: number, by: -1 | 1): Step[] {
  return inList(steps, key, (list, at) => {
    const to = at + by;
    if (to < 0 || to >= list.length) return list;
    return list.with(at, list[to]!).with(to, list[at]!);
  });
}

/** A step more at the end of a list: the rule's own, or one way of a branch. */
export function addedStep(steps: Step[], into: { branch: number; way: "then" | "else" } | null, step: Step): Step[] {
  if (!into) return [...steps, step];
  return changedStep(steps, into.branch, (branch) => ({ ...branch, [into.way]: [...(branch[into.way] ?? []), step] }));
}

/** A duration in the unit that shows it whole, and back. */
export const UNITS = { s: 1, min: 60, h: 3600, d: 86_400 } as const;
export type Unit = keyof typeof UNITS;

export function inUnit(seconds: number): [number, Unit] {
  const unit = (["d", "h", "min"] as const).find((one) => seconds !== 0 && seconds % UNITS[one] === 0) ?? "s";
  return [seconds / UNITS[unit], unit];
}
