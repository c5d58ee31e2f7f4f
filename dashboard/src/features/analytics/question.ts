/** What is asked: a period in whole steps, one thing at most, and the period before. Read from the address. */
import { dayOf, dayPlus, dayStart } from "../../lib/calendar";
import type { Search } from "../../lib/search";
import type { ChartPoint } from "../../ui/time-chart";

export type Step = "minute" | "hour" | "day";
export const STEPS: Step[] = ["minute", "hour", "day"];
export const SPANS = ["1h", "24h", "7d", "30d", "90d"] as const;
export const FILTERS = ["session_id", "campaign_id", "rule_id", "template_id"] as const;
export type Filter = (typeof FILTERS)[number];
export type Tab = "volume" | "funnel" | "latency" | "failures" | "rules" | "templates" | "numbers" | "revenue";
export const TABS: Tab[] = ["volume", "funnel", "latency", "failures", "rules", "templates", "numbers", "revenue"];

export interface Stretch { from: number; to: number }
export interface Question extends Stretch {
  span: string;
  step: Step;
  steps: Step[];
  /** The end of the step that is under way: where the chart ends. */
  edge: number;
  /** When the step under way began; undefined where the period is over. */
  running: number | undefined;
  /** How far the period before lies back. */
  shift: number;
  before: Stretch;
  filter: { name: Filter; id: string } | null;
}

const MINUTE = 60_000, HOUR = 3_600_000, DAY = 86_400_000;
const LENGTH: Record<Step, number> = { minute: MINUTE, hour: HOUR, day: DAY };
const SPAN_MS: Record<string, number> = { "1h": HOUR, "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "90d": 90 * DAY };
const MOST_STEPS = 300;
const IS_DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The steps that make 2 to 300 points of a period. */
export function stepsOf(length: number): Step[] {
  return STEPS.filter((step) => length / LENGTH[step] <= MOST_STEPS && length / LENGTH[step] >= 2);
}

export function readQuestion(search: Search, now: number, zone: string): Question {
  const name = FILTERS.find((one) => search[one]);
  const filter = name ? { name, id: search[name]! } : null;
  const days = IS_DAY.test(search.from ?? "") && IS_DAY.test(search.to ?? "") ? { first: dayStart(search.from!, zone), last: dayStart(dayPlus(search.to!, 1), zone) } : null;
  if (days && days.first < Math.min(days.last, now) && days.last - days.first <= MOST_STEPS * DAY) {
    const { first, last } = days;
    const shift = Math.round((last - first) / DAY) * DAY;
    const step = choose(search.step, last - first);
    const to = Math.min(last, now);
    const edge = to < last ? endOf(step, now, zone) : last;
    return { span: "days", step, steps: stepsOf(last - first), from: first, to, edge, running: to < last ? startOf(step, now, zone) : undefined, shift, before: { from: first - shift, to: to - shift }, filter };
  }
  const span = SPANS.find((one) => one === search.range) ?? "7d";
  const length = SPAN_MS[span]!;
  const step = choose(search.step, length);
  const edge = endOf(step, now, zone);
  const from = step === "day" ? dayStart(dayPlus(dayOf(now, zone), 1 - length / DAY), zone) : edge - length;
  return { span, step, steps: stepsOf(length), from, to: now, edge, running: startOf(step, now, zone), shift: length, before: { from: from - length, to: now - length }, filter };
}

function choose(wanted: string | undefined, length: number): Step {
  const possible = stepsOf(length);
  return possible.find((one) => one === wanted) ?? possible.find((one) => length / LENGTH[one] <= 200) ?? possible.at(-1) ?? "hour";
}

function startOf(step: Step, at: number, zone: string): number {
  return step === "day" ? dayStart(dayOf(at, zone), zone) : Math.floor(at / LENGTH[step]) * LENGTH[step];
}

function endOf(step: Step, at: number, zone: string): number {
  return step === "day" ? dayStart(dayPlus(dayOf(at, zone), 1), zone) : startOf(step, at, zone) + LENGTH[step];
}

/** The end of the step that begins at a moment. */
export function stepEnd(step: Step, at: number, zone: string): number {
  return endOf(step, at, zone);
}

/** Each point with the values of the point that lies as far into the period before, under `<key>_before`. */
export function join(points: ChartPoint[], before: ChartPoint[], shift: number, step: Step): ChartPoint[] {
  const half = LENGTH[step] / 2;
  let at = 0;
  return points.map((point) => {
    while (at < before.length && before[at]!.at + shift < point.at - half) at += 1;
    const other = before[at];
    const made: ChartPoint = { ...point };
    for (const key of Object.keys(point)) if (key !== "at") made[`${key}_before`] = other && Math.abs(other.at + shift - point.at) <= half ? other[key] ?? null : null;
    return made;
  });
}

/** The sum of what is known; null where nothing is. */
export function sum(points: ChartPoint[], key: string): number | null {
  const known = points.map((one) => one[key]).filter((one): one is number => one != null);
  return known.length ? known.reduce((all, one) => all + one, 0) : null;
}

/** The point at which a value is the largest. */
export function peak(points: ChartPoint[], key: string): ChartPoint | null {
  return points.reduce<ChartPoint | null>((best, one) => (one[key] != null && one[key]! > (best?.[key] ?? 0) ? one : best), null);
}

export function share(part: number | null | undefined, whole: number | null | undefined): number | null {
  return part == null || !whole ? null : part / whole;
}
