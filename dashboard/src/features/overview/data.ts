/** What the overview reads: a period's sums, moved on by the live counters since they were read. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import { live, useLive, useTopic } from "../../live/hooks";
import { RANGE_MS, RANGE_STEP, type Range } from "../../lib/period";
import type { Point } from "./charts";
import { atLeast } from "./readings";
import { advance, begin, type Counters, type Tail } from "./tail";

type Counts = Record<string, number>;
export interface LiveMetrics {
  today: { events: number; messages: Counts };
  rates: { events_s: number; accepted_s: number };
  queue: { depth: number; oldest_s: number };
  latency_ms: { event_to_accepted: { p50?: number; p99?: number } };
}
interface Sums { from: string; to: string; events: number; messages: Counts }
export interface Summary extends LiveMetrics { time_zone: string; period: Sums; previous: Sums; change: Record<string, number | null> }

/** Read anew so seldom because the live counters move what was read; the sums of a long range move little. */
const EVERY_MS: Record<Range, number> = { "5m": 30_000, "1h": 60_000, "24h": 120_000, "7d": 300_000, "30d": 300_000 };
/** Charts cost by the redraw: once a second is as often as one sees them move. */
const MOVE_MS = 1_000;
export const STEP_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

function span(range: Range, before = 0) {
  const to = Date.now() - before;
  return { from: new Date(to - RANGE_MS[range]).toISOString(), to: new Date(to).toISOString() };
}

export function useSummary(range: Range) {
  return useQuery({
    queryKey: key("summary", range),
    queryFn: async ({ signal }) => (await read(api.GET("/api/v1/metrics/summary", { params: { query: span(range) }, signal }))) as unknown as Summary,
    refetchInterval: EVERY_MS[range],
    staleTime: EVERY_MS[range] / 2,
  });
}

export function useSeries(range: Range) {
  return useQuery({
    queryKey: key("series", range),
    queryFn: ({ signal }) => read(api.GET("/api/v1/metrics/series", { params: { query: { ...span(range), step: RANGE_STEP[range] as never } }, signal })),
    refetchInterval: EVERY_MS[range],
    staleTime: EVERY_MS[range] / 2,
  });
}

export function useFunnel(range: Range) {
  return useQuery({
    queryKey: key("funnel", range),
    queryFn: ({ signal }) => read(api.GET("/api/v1/metrics/funnel", { params: { query: span(range) }, signal })),
    refetchInterval: EVERY_MS[range],
    staleTime: EVERY_MS[range] / 2,
  });
}

/** What came in after a PIX reminder, in this range and in the one before it; nothing where there is no such flow. */
export function useRecovered(range: Range) {
  const ask = (before: number, signal: AbortSignal) => read(api.GET("/api/v1/flows/pix/summary", { params: { query: span(range, before) }, signal }));
  const found = useQuery({
    queryKey: key("flows", "recovered", range),
    queryFn: async ({ signal }) => {
      const { data: kinds } = await read(api.GET("/api/v1/flows", { signal }));
      if (!kinds.some((one) => one.kind === "pix" && one.in_use)) return { now: null, before: null };
      return { now: await ask(0, signal), before: await ask(RANGE_MS[range], signal) };
    },
    refetchInterval: EVERY_MS[range],
    staleTime: EVERY_MS[range] / 2,
  });
  return { now: found.data?.now ?? null, before: found.data?.before ?? null };
}

/** The live counters of today in the form that a series moves on by. */
export function countersOf(metrics: LiveMetrics | undefined): Counters | null {
  if (!metrics?.today) return null;
  const { events, messages } = metrics.today;
  return { events, accepted: atLeast(messages, "accepted"), failed: messages.failed ?? 0 };
}

/** A series as of this moment, at most once a second: the steps go on, and the last one grows with what is counted live. */
export function useMoved(points: Point[], stepMs: number): Point[] {
  useTopic("metrics");
  const [tail, setTail] = useState<Tail>(() => begin([], null));
  useEffect(() => setTail(begin(points, countersOf(present()))), [points]);
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState !== "visible") return;
      const metrics = present();
      const ms = metrics?.latency_ms?.event_to_accepted;
      setTail((known) => advance(known, Date.now(), stepMs, countersOf(metrics), ms?.p50 ?? null, ms?.p99 ?? null));
    }, MOVE_MS);
    return () => clearInterval(timer);
  }, [stepMs]);
  return tail.points;
}

// Of this very moment: an older reading would look like another day.
const present = () => live.get("metrics") as unknown as LiveMetrics | undefined;

/** A period's sums as of this moment: what was counted since the answer is added from the live counters. */
export function moved(period: { events: number; messages: Counts }, then: LiveMetrics["today"], now: LiveMetrics["today"] | undefined) {
  if (!now || now.events < then.events) return { events: period.events, messages: period.messages };
  const messages: Counts = { ...period.messages };
  for (const [status, n] of Object.entries(now.messages)) messages[status] = Math.max(0, (messages[status] ?? 0) + n - (then.messages[status] ?? 0));
  return { events: period.events + now.events - then.events, messages };
}

export function usePresent(summary: Summary | undefined) {
  const metrics = useLive<LiveMetrics>("metrics");
  return useMemo(() => (summary ? moved(summary.period, summary.today, metrics?.today) : undefined), [summary, metrics]);
}
