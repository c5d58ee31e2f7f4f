/** A series that goes on by itself: read once, then moved by the live counters, until it is read again. */
import type { Point } from "./charts";

/** What the live feed counts of today; it starts anew at the company's midnight. */
export interface Counters { events: number; accepted: number; failed: number }
export interface Tail {
  points: Point[];
  /** The counters that are in `points` already; null before the first. */
  seen: Counters | null;
}

export const begin = (points: Point[], seen: Counters | null): Tail => ({ points, seen });

/** The same for drawing: the step that still runs reaches to now, so that a lone step is seen, too. */
export function closed(points: Point[], now: number): Point[] {
  const last = points.at(-1);
  return last && now > last.at ? [...points, { ...last, at: now }] : points;
}

const grown = (now: number, before: number) => Math.max(0, now - before);

/** Open the steps that have begun, and add to the last one what was counted since; the same object where nothing moved. */
export function advance(tail: Tail, now: number, stepMs: number, counters: Counters | null, p50: number | null = null, p99: number | null = null): Tail {
  const last = tail.points.at(-1);
  if (!last) return tail;
  const points = [...tail.points];
  let moved = false;
  for (let at = last.at + stepMs; at <= now && points.length < tail.points.length + 400; at += stepMs) {
    points.push({ at, events: 0, accepted: 0, failed: 0, p50: null, p95: null, p99: null });
    moved = true;
  }
  let { seen } = tail;
  if (counters) {
    // Fewer than before: another day has begun, or counters were read anew; what they tell of this step is not known.
    const base = seen && counters.events >= seen.events ? seen : counters;
    const more = { events: grown(counters.events, base.events), accepted: grown(counters.accepted, base.accepted), failed: grown(counters.failed, base.failed) };
    if (!seen || more.events || more.accepted || more.failed || counters.events < seen.events) {
      const end = points[points.length - 1]!;
      points[points.length - 1] = {
        ...end, events: (end.events ?? 0) + more.events, accepted: (end.accepted ?? 0) + more.accepted, failed: (end.failed ?? 0) + more.failed,
        // The feed tells of the last five minutes: as good as it gets for a step that still runs.
        ...(more.accepted > 0 && p50 !== null ? { p50, p99 } : {}),
      };
      seen = counters;
      moved = true;
    }
  }
  return moved ? { points, seen } : tail;
}
