/** A chart over time. What draws it is heavy and comes by itself, once the chart is on the screen. */
import { lazy, memo, Suspense, useContext, useMemo } from "react";
import { dayOf, ticks } from "../lib/calendar";
import { cx } from "./cx";
import { useOnScreen } from "./on-screen";
import { useFormats, Zone } from "./when";

export interface ChartLine {
  key: string;
  name: string;
  tone: string;
  dash?: string;
  /** Opacity of the area below it. */
  area?: number;
  step?: boolean;
  /** The period before: dashed and paler. */
  faint?: boolean;
}
export interface ChartPoint { at: number; [key: string]: number | null }
export interface ChartProps {
  label: string;
  lines: ChartLine[];
  points: ChartPoint[];
  /** The range that was asked for; without it that of the points. */
  from?: number;
  to?: number;
  /** What a point stands for, in words: "13:00–14:00". */
  span: (at: number) => string;
  value: (n: number) => string;
  target?: { y: number; text: string };
  log?: boolean;
  /** From when on it is still being counted. */
  running?: number;
  onPick?: (at: number) => void;
}

/** The dash of the period before. */
export const BEFORE = "4 4";
const DAY_MS = 86_400_000;
const Chart = lazy(() => import("./charts"));

/** What is not on the screen stays as it was drawn last, and is drawn anew when it comes back. */
const Drawn = memo(function Drawn({ chart }: { chart: Parameters<typeof Chart>[0]; on: boolean }) {
  return <Chart {...chart} />;
}, (_before, now) => !now.on);

export function TimeChart({ height = "h-[180px] sm:h-[260px]", legend = true, ...chart }: ChartProps & { height?: string; legend?: boolean }) {
  const { clock, date } = useFormats();
  const zone = useContext(Zone);
  const { ref, on, ever } = useOnScreen<HTMLDivElement>();
  const first = chart.from ?? chart.points[0]?.at ?? 0;
  const last = chart.to ?? chart.points.at(-1)?.at ?? 0;
  const narrow = typeof innerWidth === "number" && innerWidth < 640;
  const marks = useMemo(() => ticks(first, last, zone, narrow ? 4 : 6), [first, last, zone, narrow]);
  const days = last - first > 1.5 * DAY_MS;
  // A step lasts until the next one begins: the last one, until the chart's end.
  const points = useMemo(() => withEnd(chart.points, chart.to, chart.lines.some((line) => line.step)), [chart.points, chart.to, chart.lines]);
  const begun = (at: number) => (points.length > chart.points.length && at === chart.to ? chart.points.at(-1)!.at : at);
  const mark = (at: number) => (days ? shortDate(date(new Date(at)), dayOf(at, zone)) : clock(new Date(at)));
  return (
    <>
      <div ref={ref} className={height}>{ever && chart.points.length > 0 && <Suspense><Drawn on={on} chart={{ ...chart, points, span: (at) => chart.span(begun(at)), onPick: chart.onPick && ((at) => chart.onPick!(begun(at))), marks, mark }} /></Suspense>}</div>
      {legend && (
        <ul className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-caption text-muted">
          {chart.lines.map((line) => (
            <li key={line.key} className="inline-flex items-center gap-1.5">
              <svg aria-hidden viewBox="0 0 20 8" className={cx("h-2 w-5", line.faint && "opacity-65")}><path d="M0 4H20" stroke={line.tone} strokeWidth="2" strokeDasharray={line.dash} /></svg>
              {line.name}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** Whether a value stands between two gaps: a line through it alone cannot be seen. */
export function alone(points: ChartPoint[], key: string): boolean {
  return points.some((point, at) => point[key] != null && points[at - 1]?.[key] == null && points[at + 1]?.[key] == null);
}

/** The points, and where they are steps one more at the end with the last one's values. */
export function withEnd(points: ChartPoint[], end: number | undefined, steps: boolean): ChartPoint[] {
  const last = points.at(-1);
  return steps && last && end !== undefined && last.at < end ? [...points, { ...last, at: end }] : points;
}

/** "22/11" in Portuguese, "22 Nov" in English: a date without its year. */
function shortDate(text: string, day: string): string {
  return text.replace(new RegExp(`[/ ]?${day.slice(0, 4)}$`), "").trim();
}
