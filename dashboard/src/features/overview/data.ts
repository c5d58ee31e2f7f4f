/** What the overview reads: a period's sums, moved on by the live counters since they were read. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import { useLive } from "../../live/hooks";
import { RANGE_MS, RANGE_STEP, type Range } from "../../lib/period";

type Counts = Record<string, number>;
export interface LiveMetrics {
  today: { events: number; messages: Counts };
  rates: { events_s: number; accepted_s: number };
  queue: { depth: number; oldest_s: number };
  latency_ms: { event_to_accepted: { p50?: number; p99?: number } };
}
interface Sums { from: string; to: string; events: number; messages: Counts }
export interface Summary extends LiveMetrics { time_zone: string; period: Sums; previous: Sums; change: Record<string, number | null> }

const EVERY_MS = 5_000;

function span(range: Range) {
  const to = Date.now();
  return { from: new Date(to - RANGE_MS[range]).toISOString(), to: new Date(to).toISOString() };
}

export function useSummary(range: Range) {
  return useQuery({
    queryKey: key("summary", range),
    queryFn: async ({ signal }) => (await read(api.GET("/api/v1/metrics/summary", { params: { query: span(range) }, signal }))) as unknown as Summary,
    refetchInterval: EVERY_MS,
    staleTime: EVERY_MS,
  });
}

export function useSeries(range: Range) {
  return useQuery({
    queryKey: key("series", range),
    queryFn: ({ signal }) => read(api.GET("/api/v1/metrics/series", { params: { query: { ...span(range), step: RANGE_STEP[range] as never } }, signal })),
    refetchInterval: EVERY_MS,
    staleTime: EVERY_MS,
  });
}

export function useFunnel(range: Range) {
  return useQuery({
    queryKey: key("funnel", range),
    queryFn: ({ signal }) => read(api.GET("/api/v1/metrics/funnel", { params: { query: span(range) }, signal })),
    refetchInterval: EVERY_MS,
    staleTime: EVERY_MS,
  });
}

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

const REACHED = ["accepted", "sent", "delivered", "read"];
/** Messages that came at least that far; the statuses are exclusive. */
export function atLeast(messages: Counts, status: string): number {
  return REACHED.slice(REACHED.indexOf(status)).reduce((sum, one) => sum + (messages[one] ?? 0), 0);
}
