/** Rules, templates, numbers beside one another: who brought how many messages, and what became of them. */
import { Link } from "@tanstack/react-router";
import { useUrlState } from "../../lib/url";
import { Bars } from "../../ui/bars";
import { Change } from "../../ui/change";
import { ChartCard, type ChartColumn } from "../../ui/chart-card";
import { useFormats } from "../../ui/when";
import { useBreakdown, type By, type Group } from "./data";
import { Answer, usePlaces } from "./parts";
import type { Filter, Question } from "./question";
import { useAnalyticsTexts } from "./texts";

const MEASURES = ["total", "delivered", "read", "failed", "replied", "bought"] as const;
const FILTER: Record<string, Filter> = { rule: "rule_id", template: "template_id", session: "session_id", campaign: "campaign_id" };
type Row = Group & { before: Group | undefined };

export function Groups({ by, question, only }: { by: By; question: Question; only?: "bought" }) {
  const t = useAnalyticsTexts();
  const formats = useFormats();
  const [search, setSearch] = useUrlState();
  const places = usePlaces(question);
  const now = useBreakdown<Group>(by, question, question);
  const before = useBreakdown<Group>(by, question, question.before);
  const measure = only ?? MEASURES.find((one) => one === search.measure) ?? "total";
  const earlier = new Map(before.data?.data.map((one) => [one.id, one]));
  const value = (one: Group | undefined) => (one ? (measure === "failed" ? one.funnel.failed + one.funnel.limited : one.funnel[measure]) : null);
  const rows: Row[] = (now.data?.data ?? []).map((one) => ({ ...one, before: earlier.get(one.id) })).filter((one) => !only || value(one)).sort((a, b) => (value(b) ?? 0) - (value(a) ?? 0));
  const name = (row: Group) => row.name ?? t("gone");
  // A template's messages have no list of their own: its funnel is as far as one can go.
  const place = (row: Group) => (by === "template" ? { to: ".", search: ((was: object) => ({ ...was, tab: "funnel", session_id: undefined, campaign_id: undefined, rule_id: undefined, template_id: row.id })) as never } : places.messages({ [FILTER[by]!]: row.id }));
  const title = t(only ? (by === "campaign" ? "soldByCampaign" : "soldByRule") : by === "rule" ? "rulesQuestion" : by === "template" ? "templatesQuestion" : "numbersQuestion");
  const figure = (key: keyof Group["funnel"]): ChartColumn<Row> => ({ key, title: t(key as "total"), right: true, raw: (row) => row.funnel[key], cell: (row) => formats.count(row.funnel[key]) });
  const rate = (key: "delivered" | "read" | "failed", words: string): ChartColumn<Row> => ({ key: `${key}_rate`, title: words, right: true, raw: (row) => row.rates[key], cell: (row) => formats.percent(row.rates[key]) });
  const columns: ChartColumn<Row>[] = [
    { key: "name", title: t(by === "rule" ? "rule" : by === "template" ? "template" : by === "campaign" ? "campaign" : "number"), raw: name, cell: (row) => <Link {...place(row) as { to: string }} className="hover:underline">{name(row)}</Link> },
    figure("total"), { key: "before", title: t("before"), right: true, raw: (row) => row.before?.funnel.total ?? null, cell: (row) => formats.count(row.before?.funnel.total) },
    figure("accepted"), rate("delivered", t("deliveredShare")), rate("read", t("readShare")), rate("failed", t("failedShare")), figure("skipped"), figure("replied"), figure("bought"),
  ];
  const other = now.data?.other as { groups?: number } | null | undefined;
  return (
    <Answer title={title} of={[now]}>
      <ChartCard
        question={title} columns={columns} rows={rows} id={(row) => row.id} file={`by-${by}`}
        sentence={rows.length === 0 ? t("nothing") : <>{t(only ? "soldSentence" : "groupsSentence", { count: rows.length })}{other?.groups ? ` ${t("groupsLeft", { count: other.groups })}` : ""}{question.filter ? ` ${t("ofEverything")}` : ""}</>}
        aside={!only && (
          <select aria-label={t("measure")} className="field !h-8 !w-auto" value={measure} onChange={(event) => setSearch({ measure: event.target.value === "total" ? undefined : event.target.value })}>
            {MEASURES.map((one) => <option key={one} value={one}>{t(one)}</option>)}
          </select>
        )}
      >
        {rows.length > 0 && (
          <Bars
            label={title}
            rows={rows.map((row) => ({
              key: row.id, value: value(row) ?? 0, to: place(row).to, search: place(row).search, tone: measure === "failed" ? "var(--series-failed)" : undefined,
              text: only ? formats.count(value(row)) : `${formats.count(value(row))} · ${t("rates", { delivered: formats.percent(row.rates.delivered), read: formats.percent(row.rates.read) })}`,
              name: <span className="flex min-w-0 items-center gap-2"><span className="truncate">{name(row)}</span><Change now={value(row)} before={value(row.before)} worse={measure === "failed"} /></span>,
            }))}
          />
        )}
      </ChartCard>
    </Answer>
  );
}
