/** What the tabs are made of: a series over time with its counterpart, groups as bars, and the lists behind them. */
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useUrlState } from "../../lib/url";
import { Bars, type BarRow } from "../../ui/bars";
import { ChartCard, type ChartColumn } from "../../ui/chart-card";
import { Card } from "../../ui/page";
import { ErrorBox, Skeleton } from "../../ui/states";
import { BEFORE, TimeChart, type ChartLine, type ChartPoint } from "../../ui/time-chart";
import { useFormats } from "../../ui/when";
import { stepEnd, type Question } from "./question";
import { useAnalyticsTexts } from "./texts";

export interface Place { to: string; search: Record<string, string> }

/** Where the events or messages behind a number are listed. */
export function usePlaces(question: Question) {
  const { company } = useParams({ strict: false }) as { company: string };
  const { zone } = useFormats();
  const iso = (at: number) => new Date(at).toISOString();
  const of = (list: "events" | "messages", more: Record<string, string> = {}, from = question.from, to = question.to): Place => {
    const filter = list === "messages" && question.filter && question.filter.name !== "template_id" ? { [question.filter.name]: question.filter.id } : {};
    return { to: `/c/${company}/${list}`, search: { from: iso(from), to: iso(to), ...filter, ...more } };
  };
  return {
    events: (more?: Record<string, string>) => of("events", more),
    messages: (more?: Record<string, string>) => of("messages", more),
    at: (list: "events" | "messages", at: number, more?: Record<string, string>) => of(list, more, at, stepEnd(question.step, at, zone)),
  };
}

/** A step in words: "22/11/2026 13:00–14:00", or the day alone. */
export function useSpanWords(question: Question) {
  const { clock, date, zone } = useFormats();
  return (at: number) => (question.step === "day" ? date(new Date(at)) : `${date(new Date(at))} ${clock(new Date(at))}–${clock(new Date(stepEnd(question.step, at, zone)))}`);
}

interface Report { isPending: boolean; error: unknown; data?: unknown; refetch: () => unknown; dataUpdatedAt: number }

/** The states of a card: an error keeps old data, nothing is no chart. */
export function Answer({ title, of, children }: { title: string; of: Report[]; children: ReactNode }) {
  const formats = useFormats();
  const trouble = of.find((one) => one.error);
  const retry = () => of.forEach((one) => void one.refetch());
  const there = of.every((one) => one.data !== undefined);
  return (
    <div className="space-y-3">
      {trouble && <ErrorBox error={trouble.error} since={there ? formats.clock(new Date(trouble.dataUpdatedAt), "second") : undefined} onRetry={retry} />}
      {there ? children : !trouble && <Card title={title}><Skeleton rows={5} onRetry={retry} /></Card>}
    </div>
  );
}

/** A line; `compared` has its counterpart of the period before beside it. */
export interface SeriesLine extends ChartLine { compared?: boolean }

interface SeriesProps {
  question: Question;
  title: string;
  sentence: ReactNode;
  lines: SeriesLine[];
  points: ChartPoint[];
  value: (n: number) => string;
  file: string;
  /** The list behind a point; without it a point leads nowhere. */
  list?: "events" | "messages";
  more?: Record<string, string>;
  target?: { y: number; text: string };
  log?: boolean;
  aside?: ReactNode;
}

export function SeriesCard({ question, title, sentence, lines, points, value, file, list, more, target, log, aside }: SeriesProps) {
  const t = useAnalyticsTexts();
  const [search] = useUrlState();
  const navigate = useNavigate();
  const places = usePlaces(question);
  const span = useSpanWords(question);
  const compare = search.compare !== "0";
  const drawn: ChartLine[] = lines.flatMap((line) => (line.compared && compare ? [line, { key: `${line.key}_before`, name: t("beforeOf", { name: line.name }), tone: line.tone, dash: BEFORE, faint: true, step: line.step }] : [line]));
  const empty = points.every((point) => lines.every((line) => point[line.key] == null));
  const columns: ChartColumn<ChartPoint>[] = [
    { key: "at", title: t("when"), raw: (row) => new Date(row.at).toISOString(), cell: (row) => (list ? <Link {...places.at(list, row.at, more) as { to: string }} className="hover:underline">{span(row.at)}</Link> : span(row.at)) },
    ...drawn.map((line): ChartColumn<ChartPoint> => ({ key: line.key, title: line.name, right: true, raw: (row) => row[line.key], cell: (row) => (row[line.key] == null ? "—" : value(row[line.key]!)) })),
  ];
  return (
    <ChartCard question={title} sentence={empty ? t("unknown") : sentence} columns={columns} rows={points} id={(row) => String(row.at)} file={file} aside={aside}>
      {!empty && (
        <TimeChart
          label={title} lines={drawn} points={points} from={question.from} to={question.edge} running={question.running} span={span} value={value} target={target} log={log}
          onPick={list && ((at) => void navigate(places.at(list, at, more) as never))}
        />
      )}
    </ChartCard>
  );
}

export interface BarItem { key: string; name: string; value: number; before?: number | null; text?: string; note?: string | null; place?: Place; tone?: string }

/** Groups as bars with links; the table behind them has the period before. */
export function BarsCard({ title, sentence, items, file, top, aside, heads, value }: { title: string; sentence: ReactNode; items: BarItem[]; file: string; top?: number; aside?: ReactNode; heads: { name: string; value: string }; value?: (n: number) => string }) {
  const t = useAnalyticsTexts();
  const { count } = useFormats();
  const say = value ?? count;
  const rows: BarRow[] = items.map((one) => ({
    key: one.key, value: one.value, text: one.text ?? say(one.value), tone: one.tone, to: one.place?.to, search: one.place?.search,
    name: <span className="block min-w-0"><span className="block truncate">{one.name}</span>{one.note && <span className="block text-caption whitespace-normal text-muted">{one.note}</span>}</span>,
  }));
  const columns: ChartColumn<BarItem>[] = [
    { key: "name", title: heads.name, raw: (row) => row.name, cell: (row) => (row.place ? <Link {...row.place as { to: string }} className="hover:underline">{row.name}</Link> : row.name) },
    { key: "value", title: heads.value, right: true, raw: (row) => row.value, cell: (row) => say(row.value) },
    ...(items.some((one) => one.before !== undefined) ? [{ key: "before", title: t("before"), right: true, raw: (row: BarItem) => row.before, cell: (row: BarItem) => (row.before == null ? "—" : say(row.before)) }] : []),
  ];
  return (
    <ChartCard question={title} sentence={items.length ? sentence : t("nothing")} columns={columns} rows={items} id={(row) => row.key} file={file} aside={aside}>
      {items.length > 0 && <Bars label={title} rows={rows} top={top} />}
    </ChartCard>
  );
}
