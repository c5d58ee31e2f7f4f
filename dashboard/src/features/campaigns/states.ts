/** What a campaign's numbers and state mean: sums of the exclusive counts, segments of its bar, and what may be done. Pure. */
import type { Campaign } from "../../api/schema.gen";
import type { Tone } from "../../ui/status";

export type Counts = Campaign["counts"];
export type State = Campaign["status"];
type Status = keyof Counts;

export const STATES: State[] = ["draft", "scheduled", "running", "paused", "finished", "cancelled"];
export const STATE_TONES: Record<State, Tone> = { draft: "neutral", scheduled: "info", running: "success", paused: "warning", finished: "neutral", cancelled: "skipped" };

const WAITING: Status[] = ["scheduled", "queued", "held"];
const ACCEPTED: Status[] = ["accepted", "sent", "delivered", "read"];
const DELIVERED: Status[] = ["delivered", "read"];

const sum = (counts: Counts, statuses: Status[]) => statuses.reduce((all, one) => all + (counts[one] ?? 0), 0);

/** What has not left yet, and would be stopped by a pause. */
export const waiting = (counts: Counts) => sum(counts, WAITING);
export const accepted = (counts: Counts) => sum(counts, ACCEPTED);
export const delivered = (counts: Counts) => sum(counts, DELIVERED);

/** A share of what WhatsApp accepted; null of nothing. */
export function share(part: number, counts: Counts): number | null {
  const whole = accepted(counts);
  return whole ? part / whole : null;
}

/** Parts of the bar that are done, in the order of how far they came; what is missing is still to come. */
export const PARTS: { key: string; statuses: Status[]; tone: string }[] = [
  { key: "read", statuses: ["read"], tone: "var(--series-read)" },
  { key: "delivered", statuses: ["delivered"], tone: "var(--series-delivered)" },
  { key: "sent", statuses: ["accepted", "sent"], tone: "var(--series-sent)" },
  { key: "failed", statuses: ["failed"], tone: "var(--series-failed)" },
  { key: "uncertain", statuses: ["uncertain"], tone: "var(--series-uncertain)" },
  { key: "skipped", statuses: ["skipped", "cancelled"], tone: "var(--series-skipped)" },
];

export function parts(counts: Counts): { key: string; value: number; tone: string }[] {
  return PARTS.map(({ key, statuses, tone }) => ({ key, tone, value: sum(counts, statuses) }));
}

export type Action = "continue" | "start" | "pause" | "resume" | "cancel" | "duplicate" | "delete";
const MAY: Record<State, Action[]> = {
  draft: ["continue", "start", "duplicate", "delete"],
  scheduled: ["start", "cancel", "duplicate"],
  running: ["pause", "cancel", "duplicate"],
  paused: ["resume", "cancel", "duplicate"],
  finished: ["duplicate"],
  cancelled: ["duplicate"],
};
/** What may be done in a state; the first stands beside the row, the rest in its menu. */
export const actionsOf = (state: State): Action[] => MAY[state];

/** How far people came, from everybody to those who bought. */
export const STEPS = ["audience", "attempted", "accepted", "sent", "delivered", "read", "replied", "bought"] as const;
interface Step { step: string; value: number }
/** The funnel as of now: what follows from the counts moves with them, replies and orders as they were read. */
export function liveFunnel<S extends Step>(funnel: S[], total: number, counts: Counts): S[] {
  const now: Record<string, number> = {
    audience: total,
    attempted: accepted(counts) + counts.failed + counts.uncertain,
    sent: sum(counts, ["sent", "delivered", "read"]),
    delivered: delivered(counts),
    read: counts.read,
  };
  return funnel.map((one) => {
    if (one.step === "accepted") return { ...one, value: Math.max(one.value, accepted(counts)) };
    return one.step in now ? { ...one, value: now[one.step]! } : one;
  });
}
