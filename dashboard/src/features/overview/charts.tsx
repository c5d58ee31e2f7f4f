/** What the overview's two charts show; ui/time-chart.tsx draws it. */
import { memo, useCallback, useMemo } from "react";
import { TimeChart, type ChartLine, type ChartPoint } from "../../ui/time-chart";
import { useFormats } from "../../ui/when";
import { useOverviewTexts } from "./texts";

export type Point = ChartPoint & Record<"events" | "accepted" | "failed" | "p50" | "p95" | "p99", number | null>;
const QUANTILES: ChartLine[] = [
  { key: "p50", name: "p50", tone: "var(--series-sent)" },
  { key: "p95", name: "p95", tone: "var(--series-held)", dash: "5 2" },
  { key: "p99", name: "p99", tone: "var(--series-failed)", dash: "2 2" },
];

function useSpan() {
  const { dateTime } = useFormats();
  return useCallback((at: number) => dateTime(new Date(at)), [dateTime]);
}

/** Drawn again only when its points have changed. */
export const Throughput = memo(function Throughput({ points }: { points: Point[] }) {
  const t = useOverviewTexts();
  const { count } = useFormats();
  const lines = useMemo<ChartLine[]>(() => [
    { key: "events", name: t("series_events"), tone: "var(--series-sent)", area: 0.18, step: true },
    { key: "accepted", name: t("series_accepted"), tone: "var(--series-delivered)", area: 0.18, step: true, dash: "5 2" },
    { key: "failed", name: t("series_failed"), tone: "var(--series-failed)", area: 0.3, step: true, dash: "2 2" },
  ], [t]);
  return <TimeChart label={t("throughput")} lines={lines} points={points} span={useSpan()} value={count} />;
});

export const Latency = memo(function Latency({ points }: { points: Point[] }) {
  const t = useOverviewTexts();
  const { count } = useFormats();
  const whole = useCallback((ms: number) => count(Math.round(ms)), [count]);
  const target = useMemo(() => ({ y: 1000, text: t("target") }), [t]);
  return <TimeChart label={t("latency")} lines={QUANTILES} points={points} span={useSpan()} value={whole} target={target} height="h-[180px]" />;
});
