/** What the tabs read: reports of the period and of the one before. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import type { MetricsFunnel, MetricsSeries } from "../../api/schema.gen";
import type { ChartPoint } from "../../ui/time-chart";
import { join, type Question, type Stretch } from "./question";

export type Funnel = MetricsFunnel["funnel"];
type Quantiles = Partial<Record<"p50" | "p95" | "p99" | "count", number | null>>;
export type By = "rule" | "template" | "session" | "campaign" | "error" | "skip" | "event_type";
export interface Group { id: string; name: string | null; funnel: Funnel; rates: MetricsFunnel["rates"] }
type Words = { pt?: string; en?: string } | null;
export interface Counted { count: number; event_type?: string | null; reason?: string | null; reason_text?: Words; code?: string; class?: string; stage?: string; meaning?: Words; advice?: Words }

const EVERY_MS = 60_000;
const SERIES = ["events", "accepted", "attempted", "delivered", "read", "replied", "bought", "failed", "skipped"] as const;

const during = (stretch: Stretch) => ({ from: new Date(stretch.from).toISOString(), to: new Date(stretch.to).toISOString() });
const about = (question: Question) => (question.filter ? { [question.filter.name]: question.filter.id } : {});

function useReport<T>(name: string, query: object, fetch: (signal: AbortSignal) => Promise<T>, enabled = true) {
  return useQuery({ queryKey: key("analytics", name, query), queryFn: ({ signal }) => fetch(signal), staleTime: EVERY_MS, enabled });
}

function pointsOf(series: MetricsSeries | undefined): ChartPoint[] {
  return (series?.data ?? []).map((step) => {
    const { funnel } = step;
    const latency = (step.latency_ms ?? {}) as { event_to_accepted?: Quantiles; event_to_sent?: Quantiles };
    const made: ChartPoint = { at: Date.parse(step.at) };
    for (const name of SERIES) made[name] = name === "events" ? step.events : name === "failed" ? (funnel ? funnel.failed + funnel.limited : null) : name === "accepted" ? step.accepted ?? funnel?.accepted ?? null : funnel?.[name] ?? null;
    for (const name of ["p50", "p95", "p99"] as const) {
      made[`accepted_${name}`] = latency.event_to_accepted?.[name] ?? null;
      made[`sent_${name}`] = latency.event_to_sent?.[name] ?? null;
    }
    made.delivered_share = funnel && funnel.accepted ? funnel.delivered / funnel.accepted : null;
    made.read_share = funnel && funnel.accepted ? funnel.read / funnel.accepted : null;
    return made;
  });
}

/** The series, each point with its counterpart of the period before. */
export function useSeries(question: Question) {
  const query = (stretch: Stretch) => ({ ...during(stretch), step: question.step, ...about(question) });
  const ask = (stretch: Stretch) => (signal: AbortSignal) => read(api.GET("/api/v1/metrics/series", { params: { query: query(stretch) as never }, signal }));
  const now = useReport("series", query(question), ask(question));
  const before = useReport("series", query(question.before), ask(question.before));
  const { shift, step } = question;
  const points = useMemo(() => join(pointsOf(now.data), pointsOf(before.data), shift, step), [now.data, before.data, shift, step]);
  return { ...now, points, before };
}

export function useFunnel(question: Question, stretch: Stretch) {
  const query = { ...during(stretch), ...about(question) };
  return useReport("funnel", query, (signal) => read(api.GET("/api/v1/metrics/funnel", { params: { query: query as never }, signal })));
}

/** The largest groups; those of things are of everything, because the API takes no filter for them. */
export function useBreakdown<Row>(by: By, question: Question, stretch: Stretch, enabled = true) {
  const things = by === "rule" || by === "template" || by === "session" || by === "campaign";
  const query = { ...during(stretch), by, limit: 50, ...(things || by === "event_type" ? {} : about(question)) };
  return useReport("breakdown", query, async (signal) => (await read(api.GET("/api/v1/metrics/breakdown", { params: { query: query as never }, signal }))) as unknown as { data: Row[]; other: Record<string, unknown> | null }, enabled);
}

/** Whether the ready-made PIX flow is in use: without it there is nothing to sum up. */
export function useHasPix() {
  return useQuery({ queryKey: key("flows", "has pix"), staleTime: EVERY_MS, queryFn: async ({ signal }) => (await read(api.GET("/api/v1/flows", { signal }))).data.some((one) => one.kind === "pix" && one.in_use) });
}

export function usePix(stretch: Stretch, enabled: boolean) {
  const query = during(stretch);
  return useReport("pix", query, (signal) => read(api.GET("/api/v1/flows/pix/summary", { params: { query: query as never }, signal })), enabled);
}
