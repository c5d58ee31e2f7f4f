import { Pause, Play } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo } from "react";
import { live, useLive, useLiveStatus } from "../../live/hooks";
import { useRefetchOn } from "../../live/refetch";
import { asRange, RANGES } from "../../lib/period";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { cx } from "../../ui/cx";
import { keysOn } from "../../ui/keys";
import { Card, PageHead } from "../../ui/page";
import { ErrorBox } from "../../ui/states";
import { typing } from "../../ui/table";
import { useFormats } from "../../ui/when";
import { duration } from "../../lib/time";
import { Latency, Throughput, type Point } from "./charts";
import { STEP_MS, useFunnel, useMoved, useSeries, useSummary, type LiveMetrics } from "./data";
import { Feed } from "./feed";
import { Kpis } from "./kpis";
import { atLeast } from "./readings";
import { Funnel, Numbers, QueueCard } from "./side";
import { closed } from "./tail";
import { useOverviewTexts } from "./texts";

const FOLLOWS_MS = 10_000;
const Checklist = lazy(() => import("./checklist"));
/** The same element at every render: what has not changed is not looked at. It asks for a good deal: after the numbers. */
const CHECKLIST = <Suspense><Checklist /></Suspense>;

type Quantiles = { p50?: number | null; p95?: number | null; p99?: number | null };

export function Overview() {
  const t = useOverviewTexts();
  const formats = useFormats();
  const [search, setSearch] = useUrlState();
  const range = asRange(search.range);
  const summary = useSummary(range);
  const series = useSeries(range);
  const funnel = useFunnel(range);
  const paused = useLiveStatus().phase === "paused";
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === "p" && !event.ctrlKey && !event.metaKey && keysOn() && !typing(event.target)) live.hold(!live.holding);
    };
    addEventListener("keydown", onKey);
    return () => { removeEventListener("keydown", onKey); if (live.holding) live.hold(false); };
  }, []);
  const read = useMemo<Point[]>(() => (series.data?.data ?? []).map((step) => {
    const ms = (step.latency_ms as { event_to_accepted?: Quantiles } | null)?.event_to_accepted;
    return { at: Date.parse(step.at), events: step.events, accepted: step.accepted, failed: (step.messages as Record<string, number> | null)?.failed ?? null, p50: ms?.p50 ?? null, p95: ms?.p95 ?? null, p99: ms?.p99 ?? null };
  }), [series.data]);
  // The step is that of what is shown: while another range is being read, the old one still is.
  const points = useMoved(read, STEP_MS[(series.data?.step ?? "hour") as keyof typeof STEP_MS]);
  const drawn = useMemo(() => closed(points, Date.now()), [points]);
  const reached = useMemo(() => {
    const status = (names: string[]) => (series.data?.data ?? []).map((step) => (step.messages ? names.reduce((sum, name) => sum + ((step.messages as Record<string, number>)[name] ?? 0), 0) : null));
    return { delivered: status(["delivered", "read"]), read: status(["read"]) };
  }, [series.data]);
  const sparks = useMemo(() => ({ ...reached, events: points.map((one) => one.events), accepted: points.map((one) => one.accepted), failed: points.map((one) => one.failed) }), [points, reached]);
  const events = points.reduce((sum, one) => sum + (one.events ?? 0), 0);
  const accepted = points.reduce((sum, one) => sum + (one.accepted ?? 0), 0);
  const trouble = [summary, series, funnel].find((one) => one.error);
  return (
    <>
      <PageHead title={t("title")}>
        <Button kind="quiet" icon={paused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />} aria-keyshortcuts="p" onClick={() => live.hold(!live.holding)}>{paused ? t("resume") : t("pause")}</Button>
        <div role="group" aria-label={t("range")} className="flex rounded-control border border-line p-0.5">
          {RANGES.map((one) => <button key={one} type="button" aria-pressed={range === one} onClick={() => setSearch({ range: one === "24h" ? undefined : one })} className={cx("h-7 min-w-9 rounded px-2 text-caption tnum pointer-coarse:h-10", range === one ? "bg-accent-soft font-semibold text-accent-fg" : "text-muted hover:bg-sunken")}>{one}</button>)}
        </div>
      </PageHead>
      {trouble && <div className="mb-3"><ErrorBox error={trouble.error} since={trouble.dataUpdatedAt ? formats.clock(new Date(trouble.dataUpdatedAt), "second") : undefined} onRetry={() => { void summary.refetch(); void series.refetch(); void funnel.refetch(); }} /></div>}
      {summary.data && CHECKLIST}
      <Kpis summary={summary.data} points={sparks} range={range} />
      <div className="mt-4 grid grid-cols-1 gap-3 lg:grid-cols-12 min-[160rem]:grid-cols-24">
        <Card title={t("throughput")} aside={<Rates />} className="lg:col-span-8">
          <p className="sr-only">{t("throughputSentence", { events: t("eventsN", { count: events }), accepted: t("acceptedN", { count: accepted }) })}</p>
          <Throughput points={drawn} />
        </Card>
        <FunnelFollows />
        <Funnel funnel={funnel.data?.funnel as Record<string, number> | undefined} range={range} />
        <Card title={t("latency")} aside={<LatencySentence />} className="lg:col-span-6">
          <Latency points={drawn} />
        </Card>
        <Numbers />
        <QueueCard />
        <Feed />
      </div>
    </>
  );
}

/** The funnel is read again soon after something has come further, so that it does not say "none" beside numbers that moved. */
function FunnelFollows() {
  const sent = useLive<LiveMetrics>("metrics")?.today?.messages;
  useRefetchOn(sent && `${atLeast(sent, "accepted")} ${atLeast(sent, "read")}`, ["funnel"], FOLLOWS_MS);
  return null;
}

function Rates() {
  const t = useOverviewTexts();
  const { rate } = useFormats();
  const metrics = useLive<LiveMetrics>("metrics");
  return <span className="truncate text-caption text-muted tnum">{metrics ? t("perSecond", { events: rate(metrics.rates.events_s), accepted: rate(metrics.rates.accepted_s) }) : ""}</span>;
}

function LatencySentence() {
  const t = useOverviewTexts();
  const found = useLive<LiveMetrics>("metrics")?.latency_ms?.event_to_accepted;
  return <span className="truncate text-caption text-muted tnum">{found?.p50 != null && found.p99 != null ? t("latencySentence", { p50: duration(found.p50), p99: duration(found.p99) }) : ""}</span>;
}
