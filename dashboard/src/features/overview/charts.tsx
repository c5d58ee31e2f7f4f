/** The overview's charts; they stand apart because Recharts is heavy and comes after the first paint. */
import { Area, AreaChart, CartesianGrid, Line, LineChart, ReferenceLine, Tooltip, XAxis, YAxis } from "recharts";
import { useFormats } from "../../ui/when";
import { useOverviewTexts } from "./texts";

export interface Point { at: number; events: number | null; accepted: number | null; failed: number | null; p50: number | null; p95: number | null; p99: number | null }
const MARGIN = { top: 8, right: 8, bottom: 0, left: 0 };
const TICK = { fill: "var(--fg-faint)", fontSize: 11 };
const BOX = { width: "100%", height: "100%" };
const TIP = { background: "var(--raised)", border: "1px solid var(--border)", borderRadius: 6, fontSize: 12, color: "var(--fg)" };

function useTicks(days: boolean) {
  const { clock, date } = useFormats();
  return (at: number) => (days ? date(new Date(at)).slice(0, 5) : clock(new Date(at)));
}

export function Throughput({ points, days }: { points: Point[]; days: boolean }) {
  const t = useOverviewTexts();
  const tick = useTicks(days);
  const { dateTime, count } = useFormats();
  return (
    <AreaChart responsive style={BOX} data={points} margin={MARGIN} title={t("throughput")} desc={t("throughput")}>
      <CartesianGrid stroke="var(--border)" vertical={false} />
      <XAxis dataKey="at" type="number" domain={["dataMin", "dataMax"]} tickFormatter={tick} tick={TICK} tickLine={false} axisLine={false} minTickGap={48} />
      <YAxis width={48} tick={TICK} tickLine={false} axisLine={false} allowDecimals={false} tickFormatter={count} />
      <Tooltip isAnimationActive={false} contentStyle={TIP} labelFormatter={(at) => dateTime(new Date(Number(at)))} formatter={(value, name) => [count(Number(value)), name]} />
      <Area isAnimationActive={false} dot={false} type="step" dataKey="events" name={t("series_events")} stroke="var(--series-sent)" fill="var(--series-sent)" fillOpacity={0.18} strokeWidth={1.5} />
      <Area isAnimationActive={false} dot={false} type="step" dataKey="accepted" name={t("series_accepted")} stroke="var(--series-delivered)" fill="var(--series-delivered)" fillOpacity={0.18} strokeWidth={1.5} strokeDasharray="5 2" />
      <Area isAnimationActive={false} dot={false} type="step" dataKey="failed" name={t("series_failed")} stroke="var(--series-failed)" fill="var(--series-failed)" fillOpacity={0.3} strokeWidth={1.5} strokeDasharray="2 2" />
    </AreaChart>
  );
}

export function Latency({ points, days }: { points: Point[]; days: boolean }) {
  const t = useOverviewTexts();
  const tick = useTicks(days);
  const { dateTime, count } = useFormats();
  return (
    <LineChart responsive style={BOX} data={points} margin={MARGIN} title={t("latency")} desc={t("latency")}>
      <CartesianGrid stroke="var(--border)" vertical={false} />
      <XAxis dataKey="at" type="number" domain={["dataMin", "dataMax"]} tickFormatter={tick} tick={TICK} tickLine={false} axisLine={false} minTickGap={48} />
      <YAxis width={48} tick={TICK} tickLine={false} axisLine={false} tickFormatter={count} unit="" />
      <ReferenceLine y={1000} stroke="var(--fg-faint)" strokeDasharray="4 4" ifOverflow="hidden" label={{ value: t("target"), fill: "var(--fg-faint)", fontSize: 11, position: "insideTopRight" }} />
      <Tooltip isAnimationActive={false} contentStyle={TIP} labelFormatter={(at) => dateTime(new Date(Number(at)))} formatter={(value, name) => [`${count(Math.round(Number(value)))} ms`, name]} />
      <Line isAnimationActive={false} dot={false} connectNulls={false} type="linear" dataKey="p50" name="p50" stroke="var(--series-sent)" strokeWidth={1.5} />
      <Line isAnimationActive={false} dot={false} connectNulls={false} type="linear" dataKey="p95" name="p95" stroke="var(--series-held)" strokeWidth={1.5} strokeDasharray="5 2" />
      <Line isAnimationActive={false} dot={false} connectNulls={false} type="linear" dataKey="p99" name="p99" stroke="var(--series-failed)" strokeWidth={1.5} strokeDasharray="2 2" />
    </LineChart>
  );
}
