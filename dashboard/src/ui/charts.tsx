/** Recharts, and nothing else: a chunk of its own, loaded after the page's first paint (ui/time-chart.tsx does it). */
import { Area, CartesianGrid, ComposedChart, Line, ReferenceArea, ReferenceLine, Tooltip, XAxis, YAxis } from "recharts";
import { alone, type ChartProps } from "./time-chart";

const MARGIN = { top: 8, right: 8, bottom: 0, left: 0 };
const TICK = { fill: "var(--fg-faint)", fontSize: 11 };
const BOX = { width: "100%", height: "100%" };
const TIP = { background: "var(--raised)", border: "1px solid var(--border)", borderRadius: 6, fontSize: 12, color: "var(--fg)" };
const LABEL = { fill: "var(--fg-faint)", fontSize: 11, position: "insideTopRight" as const };

const DOT = { r: 2.5, strokeWidth: 1 };

export default function Chart({ label, lines, points, from, to, marks, mark, span, value, target, log, running, onPick }: ChartProps & { marks: number[]; mark: (at: number) => string }) {
  return (
    <ComposedChart
      responsive style={BOX} data={points} margin={MARGIN} title={label} desc={label} className={onPick && "cursor-pointer"}
      onClick={onPick && ((state) => { if (state.activeLabel != null) onPick(Number(state.activeLabel)); })}
    >
      <CartesianGrid stroke="var(--border)" vertical={false} />
      <XAxis dataKey="at" type="number" domain={[from ?? "dataMin", to ?? "dataMax"]} allowDataOverflow ticks={marks.length ? marks : undefined} tickFormatter={mark} tick={TICK} tickLine={false} axisLine={false} minTickGap={48} />
      <YAxis width={48} tick={TICK} tickLine={false} axisLine={false} tickFormatter={value} scale={log ? "log" : "auto"} domain={log ? ["auto", "auto"] : [0, "auto"]} allowDataOverflow={log} />
      {running !== undefined && to !== undefined && running < to && <ReferenceArea x1={running} x2={to} fill="var(--sunken)" fillOpacity={0.7} ifOverflow="hidden" />}
      {target && <ReferenceLine y={target.y} stroke="var(--fg-faint)" strokeDasharray="4 4" ifOverflow="hidden" label={{ ...LABEL, value: target.text }} />}
      <Tooltip isAnimationActive={false} contentStyle={TIP} labelFormatter={(at) => span(Number(at))} formatter={(n, name) => [value(Number(n)), name]} />
      {lines.map((line) => line.area
        ? <Area key={line.key} isAnimationActive={false} dot={false} type={line.step ? "stepAfter" : "linear"} connectNulls={false} dataKey={line.key} name={line.name} stroke={line.tone} fill={line.tone} fillOpacity={line.area} strokeWidth={1.5} strokeDasharray={line.dash} />
        : <Line key={line.key} isAnimationActive={false} dot={alone(points, line.key) ? DOT : false} type={line.step ? "stepAfter" : "linear"} connectNulls={false} dataKey={line.key} name={line.name} stroke={line.tone} strokeWidth={1.5} strokeDasharray={line.dash} strokeOpacity={line.faint ? 0.65 : 1} />)}
    </ComposedChart>
  );
}
