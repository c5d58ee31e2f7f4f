/** Many campaigns as one: one funnel, tables by campaign, number and template, and the hours that are read best. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import type { CampaignSummary as Summary } from "../../api/schema.gen";
import { asMoment } from "../../lib/period";
import { useUrlState } from "../../lib/url";
import { Bars } from "../../ui/bars";
import { FilterBar } from "../../ui/filters";
import { Card } from "../../ui/page";
import { Empty, ErrorBox, NoMatch, RefetchBar, Skeleton } from "../../ui/states";
import { DataTable, type Column } from "../../ui/table";
import { Tabs } from "../../ui/tabs";
import { useFormats } from "../../ui/when";
import { accepted, delivered, share, STATES, type Counts } from "./states";
import { useCampaignTexts } from "./texts";

interface Line { id: string; name: string | null; counts: Counts; total?: number; to?: string }
const EVERY_MS = 15_000;
const MOST_HOURS = 8;

export function CampaignSummary() {
  const t = useCampaignTexts();
  const formats = useFormats();
  const { company } = useParams({ strict: false }) as { company: string };
  const [search, setSearch] = useUrlState();
  const values: Record<string, string> = Object.fromEntries(["status", "from"].flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
  const from = asMoment(values.from ?? "now-30d", Math.floor(Date.now() / 60_000) * 60_000);
  const summary = useQuery({
    queryKey: key("campaigns", "summary", values), refetchInterval: EVERY_MS,
    queryFn: ({ signal }) => read(api.GET("/api/v1/campaigns/summary", { params: { query: { status: values.status, from } as never }, signal })),
  });
  const clear = () => setSearch({ status: undefined, from: undefined });
  const data = summary.data;
  return (
    <>
      <FilterBar
        values={values}
        onChange={(name, value) => setSearch({ [name]: value })}
        onClear={clear}
        fields={[
          { name: "from", title: t("period"), options: [{ value: "now-24h", title: t("day") }, { value: "now-7d", title: t("week") }, { value: "now-30d", title: t("month") }, { value: "now-90d", title: t("quarter") }] },
          { name: "status", title: t("state"), options: STATES.filter((one) => one !== "draft" && one !== "scheduled").map((value) => ({ value, title: t(value) })) },
        ]}
      />
      <RefetchBar on={summary.isFetching && !summary.isPending} />
      {summary.error && <div className="mb-3"><ErrorBox error={summary.error} since={data && formats.clock(new Date(summary.dataUpdatedAt))} onRetry={() => void summary.refetch()} /></div>}
      {summary.isPending && !summary.error && <Skeleton onRetry={() => void summary.refetch()} />}
      {data?.campaigns === 0 && (Object.keys(values).length ? <NoMatch onClear={clear} /> : <Empty title={t("noneBegan")}><p>{t("noneBeganText")}</p></Empty>)}
      {data && data.campaigns > 0 && (
        <div className="grid grid-cols-1 gap-3 lg:grid-cols-12">
          <Card title={t("funnelOf", { count: data.campaigns })} aside={data.campaigns_capped ? <span className="text-caption text-warning-fg">{t("capped", { total: formats.count(data.campaigns) })}</span> : undefined} className="lg:col-span-5">
            <Bars label={t("funnel")} top={data.total} rows={data.funnel.map((one) => ({ key: one.step, name: t(one.step as "audience"), value: one.value, text: `${formats.count(one.value)} · ${formats.percent(data.total ? one.value / data.total : null)}` }))} />
          </Card>
          <Card title={t("hours")} aside={<span className="truncate text-caption text-muted">{data.time_zone}</span>} className="lg:col-span-7"><Hours hours={data.by_hour} /></Card>
          <div className="min-w-0 lg:col-span-12">
            <Tabs
              label={t("summary")}
              value={search.by ?? "campaign"}
              onChange={(by) => setSearch({ by: by === "campaign" ? undefined : by })}
              tabs={[
                { value: "campaign", title: t("byCampaign"), content: <Lines label={t("byCampaign")} lines={data.by_campaign.map((one) => ({ id: one.campaign_id, name: one.name, counts: one.counts as Counts, total: one.total, to: `/c/${company}/campaigns/${one.campaign_id}` }))} /> },
                { value: "session", title: t("bySession"), content: <Lines label={t("bySession")} lines={data.by_session.map((one) => ({ id: one.session_id, name: one.name, counts: one.counts as Counts }))} /> },
                { value: "template", title: t("byTemplate"), content: <Lines label={t("byTemplate")} lines={data.by_template.map((one) => ({ id: one.template_id, name: one.name, counts: one.counts as Counts }))} /> },
              ]}
            />
          </div>
        </div>
      )}
    </>
  );
}

/** The hours of the day in which messages were made, by the share of them that was read. */
function Hours({ hours }: { hours: Summary["by_hour"] }) {
  const t = useCampaignTexts();
  const formats = useFormats();
  const known = hours.filter((one) => one.accepted > 0).map((one) => ({ ...one, share: one.read / one.accepted })).sort((a, b) => b.share - a.share).slice(0, MOST_HOURS);
  if (known.length === 0) return <p className="text-table text-muted">{t("hoursNone")}</p>;
  return (
    <>
      <p className="mb-2 text-table text-muted">{t("hoursText")}</p>
      <Bars label={t("hours")} top={1} rows={known.map((one) => ({ key: String(one.hour), name: t("hour", { from: String(one.hour).padStart(2, "0"), to: String((one.hour + 1) % 24).padStart(2, "0") }), value: one.share, tone: "var(--series-read)", text: t("hourRead", { share: formats.percent(one.share), total: formats.count(one.accepted) }) }))} />
    </>
  );
}

function Lines({ lines, label }: { lines: Line[]; label: string }) {
  const t = useCampaignTexts();
  const formats = useFormats();
  const n = (line: Line, value: number, states: string) => (line.to && value > 0 ? <Link className="hover:underline" to={line.to as string} search={{ state: states } as never}>{formats.count(value)}</Link> : formats.count(value));
  const columns: Column<Line>[] = [
    { key: "name", title: t("name"), phone: "main", cell: (line) => (line.to ? <Link to={line.to as string} className="font-medium hover:underline">{line.name}</Link> : line.name ?? t("removed")) },
    { key: "accepted", title: t("accepted"), right: true, phone: "side", cell: (line) => n(line, accepted(line.counts), "accepted,sent,delivered,read") },
    { key: "delivered", title: t("delivered"), right: true, cell: (line) => formats.percent(share(delivered(line.counts), line.counts)) },
    { key: "read", title: t("read"), right: true, phone: "sub", cell: (line) => formats.percent(share(line.counts.read, line.counts)) },
    { key: "failed", title: t("failed"), right: true, cell: (line) => n(line, line.counts.failed, "failed") },
    { key: "skipped", title: t("skipped"), right: true, cell: (line) => n(line, line.counts.skipped, "skipped") },
    { key: "uncertain", title: t("uncertain"), right: true, cell: (line) => n(line, line.counts.uncertain, "uncertain") },
  ];
  return <DataTable label={label} columns={columns} rows={lines} id={(line) => line.id} />;
}
