/** What the overview's two charts show; ui/time-chart.tsx draws it. */
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
  return (at: number) => dateTime(new Date(at));
}

export function Throughput({ points }: { points: Point[] }) {
  const t = useOverviewTexts();
  const { count } = useFormats();
  const lines: ChartLine[] = [
    { key: "events", name: t("series_events"), tone: "var(--series-sent)", area: 0.18, step: true },
    { key: "accepted", name: t("series_accepted"), tone: "var(--series-delivered)", area: 0.18, step: true, dash: "5 2" },
    { key: "failed", name: t("series_failed"), tone: "var(--series-failed)", area: 0.3, step: true, dash: "2 2" },
  ];
  return <TimeChart label={t("throughput")} lines={lines} points={points} span={useSpan()} value={count} />;
}

export function Latency({ points }: { points: Point[] }) {
  const t = useOverviewTexts();
  const { count } = useFormats();
  return <TimeChart label={t("latency")} lines={QUANTILES} points={points} span={useSpan()} value={(ms) => `${count(Math.round(ms))}`} target={{ y: 1000, text: t("target") }} height="h-[180px]" />;
}
