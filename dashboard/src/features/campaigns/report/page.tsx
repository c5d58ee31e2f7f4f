/** Who got it, who did not, why, and what now. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../../api/client";
import { key, queries } from "../../../api/queries";
import type { CampaignReport } from "../../../api/schema.gen";
import { useMay } from "../../../api/session";
import { author } from "../../../lib/author";
import { duration } from "../../../lib/time";
import { useUrlState } from "../../../lib/url";
import { Bars } from "../../../ui/bars";
import { Button } from "../../../ui/button";
import { Card, Facts, PageHead } from "../../../ui/page";
import { ErrorBox, Skeleton } from "../../../ui/states";
import { useFormats, When } from "../../../ui/when";
import { CampaignActions } from "../actions";
import { receiptsCome, useMoving, useSettled, type Moving } from "../live";
import { CampaignProgress, Stalled, StateChip } from "../progress";
import { liveFunnel, type Counts } from "../states";
import { useCampaignTexts } from "../texts";
import { Apart } from "./apart";
import { fromSearch, same, toSearch, wantedOf, type Wanted } from "./filters";
import { People } from "./people";
import { Retry } from "./retry";
import { useReportTexts } from "./texts";

export function Report() {
  const t = useReportTexts();
  const words = useCampaignTexts();
  const { company, campaignId } = useParams({ strict: false }) as { company: string; campaignId: string };
  const params = { path: { campaign_id: campaignId } };
  const campaign = useQuery({ queryKey: key("campaigns", "one", campaignId), placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/campaigns/{campaign_id}", { params, signal })) });
  const report = useQuery({ queryKey: key("campaigns", "report", campaignId), placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/campaigns/{campaign_id}/report", { params, signal })) });
  const [now] = useMoving(campaign.data && [campaign.data]) ?? [];
  // Sums move at once; reasons, replies and people are read again at most every two seconds.
  const told = now ? JSON.stringify([now.status, now.counts]) : "";
  const seen = report.data ? JSON.stringify([report.data.status, report.data.counts]) : told;
  useSettled(told && told !== seen ? told : "", () => {
    void queries.invalidateQueries({ queryKey: key("campaigns", "report", campaignId) });
    void queries.invalidateQueries({ queryKey: key("campaigns", "list", { recipients: campaignId }) });
  });
  const crumb = <Link to={`/c/${company}/campaigns` as string} className="hover:underline">{words("title")}</Link>;
  const failed = campaign.error ?? report.error;
  if (!now || !report.data) return <><PageHead title={t("title")} crumb={crumb} />{failed ? <ErrorBox error={failed} onRetry={() => { void campaign.refetch(); void report.refetch(); }} /> : <Skeleton onRetry={() => { void campaign.refetch(); void report.refetch(); }} />}</>;
  return <Shown campaign={now} report={report.data} crumb={crumb} trouble={failed} since={report.dataUpdatedAt} onRetry={() => void report.refetch()} />;
}

function Shown({ campaign, report, crumb, trouble, since, onRetry }: { campaign: Moving; report: CampaignReport; crumb: React.ReactNode; trouble: unknown; since: number; onRetry: () => void }) {
  const t = useReportTexts();
  const formats = useFormats();
  const operator = useMay("operator");
  const [search, setSearch] = useUrlState();
  const [retrying, retry] = useState(false);
  const wanted = fromSearch(search);
  const pick = (filter: Record<string, unknown>) => setSearch({ ...toSearch(wanted, wantedOf(filter)), person: undefined }, { replace: false });
  const failures = campaign.counts.failed;
  const canRetry = operator && failures > 0 && campaign.status !== "draft" && campaign.status !== "scheduled";
  return (
    <>
      <PageHead title={campaign.name} crumb={crumb}>
        <StateChip campaign={campaign} />
        {canRetry && <Button icon={<RotateCcw size={14} aria-hidden />} onClick={() => retry(true)}>{t("retry")}</Button>}
        <CampaignActions campaign={campaign} />
      </PageHead>
      {trouble != null && <div className="mb-3"><ErrorBox error={trouble} since={formats.clock(new Date(since))} onRetry={onRetry} /></div>}
      <div className="card mb-3 space-y-2 p-4">
        <CampaignProgress campaign={campaign} legend />
        <p className="flex flex-wrap gap-x-4 gap-y-1 text-table text-muted tnum">
          {campaign.rate_s !== null && <span>{t("rate", { rate: formats.rate(campaign.rate_s) })}</span>}
          {campaign.eta && <span>{t("eta")} <When at={campaign.eta} /></span>}
          <Stalled campaign={campaign} />
          {(campaign.status === "running" || campaign.status === "paused" || receiptsCome(campaign)) && <span>{t("receipts")}</span>}
          {campaign.total === 0 && campaign.status !== "draft" && campaign.status !== "scheduled" && <span>{t("writing")}</span>}
          {(campaign.status === "draft" || campaign.status === "scheduled") && <span>{t("notBegun")}</span>}
        </p>
      </div>
      <div className="grid grid-cols-1 gap-3 lg:grid-cols-12">
        <Card title={t("funnel")} className="lg:col-span-6 xl:col-span-4"><Funnel campaign={campaign} report={report} wanted={wanted} onPick={pick} /></Card>
        <Card title={t("apart")} className="lg:col-span-6 xl:col-span-4"><Apart report={report} counts={campaign.counts} wanted={wanted} onPick={pick} /></Card>
        <div className="min-w-0 space-y-3 lg:col-span-12 xl:col-span-4">
          <Card title={t("timeline")}><Timeline campaign={campaign} /></Card>
          <Parts report={report} wanted={wanted} onPick={pick} />
          <Related campaign={campaign} />
        </div>
        <div className="min-w-0 lg:col-span-12"><People campaign={campaign} report={report} wanted={wanted} /></div>
      </div>
      {retrying && <Retry campaign={campaign} onClose={() => retry(false)} />}
    </>
  );
}

function Funnel({ campaign, report, wanted, onPick }: { campaign: Moving; report: CampaignReport; wanted: Wanted; onPick: (filter: Record<string, unknown>) => void }) {
  const t = useReportTexts();
  const words = useCampaignTexts();
  const formats = useFormats();
  const steps = liveFunnel(report.funnel, campaign.total, campaign.counts);
  return (
    <Bars
      label={t("funnel")}
      top={campaign.total}
      rows={steps.map((one) => ({
        key: one.step, name: words(one.step), value: one.value, picked: one.step === "audience" ? false : same(wanted, wantedOf(one.filter)),
        text: `${formats.count(one.value)} · ${formats.percent(campaign.total ? one.value / campaign.total : null)}`, onPick: () => onPick(one.filter),
      }))}
    />
  );
}

function Timeline({ campaign }: { campaign: Moving }) {
  const t = useReportTexts();
  const took = campaign.started_at && campaign.finished_at ? Date.parse(campaign.finished_at) - Date.parse(campaign.started_at) : null;
  const rows: [string, React.ReactNode][] = [
    [t("created"), <When key="c" at={campaign.created_at} exact="minute" />],
    ...(campaign.next_run_at ? [[t("nextRun"), <When key="n" at={campaign.next_run_at} exact="minute" />] as [string, React.ReactNode]] : []),
    [t("started"), campaign.started_at ? <When key="s" at={campaign.started_at} exact="second" /> : "—"],
    [t("finished"), campaign.finished_at ? <When key="f" at={campaign.finished_at} exact="second" /> : "—"],
    ...(took !== null ? [[t("took"), duration(took)] as [string, React.ReactNode]] : []),
    ...(campaign.as_of ? [[t("asOf"), <When key="a" at={campaign.as_of} exact="second" />] as [string, React.ReactNode]] : []),
    ...(campaign.created_by ? [[t("createdBy"), author(campaign.created_by)] as [string, React.ReactNode]] : []),
  ];
  return <Facts rows={rows} />;
}

/** Numbers and variants, each with the people behind it. */
function Parts({ report, wanted, onPick }: { report: CampaignReport; wanted: Wanted; onPick: (filter: Record<string, unknown>) => void }) {
  const t = useReportTexts();
  const formats = useFormats();
  const all = (counts: Counts) => Object.values(counts).reduce((sum, one) => sum + one, 0);
  const row = (id: string, name: string, counts: Counts, filter: Record<string, unknown>) => ({
    key: id, name, value: all(counts), picked: same(wanted, wantedOf(filter)), onPick: () => onPick(filter),
    text: t("partText", { total: formats.count(all(counts)), read: formats.percent(all(counts) ? counts.read / all(counts) : null) }),
  });
  return (
    <>
      {report.by_session.length > 0 && <Card title={t("bySession")}><Bars label={t("bySession")} rows={report.by_session.map((one) => row(one.session_id, one.name ?? t("removed"), one.counts as Counts, one.filter))} /></Card>}
      {report.by_variant.length > 0 && <Card title={t("byVariant")}><Bars label={t("byVariant")} rows={report.by_variant.map((one) => row(String(one.variant), `${report.by_variant.length > 1 ? `${"ABCDE"[one.variant] ?? one.variant + 1} · ` : ""}${one.name ?? t("removed")}`, one.counts as Counts, one.filter))} /></Card>}
    </>
  );
}

/** What it was made from, and what was made from it. */
function Related({ campaign }: { campaign: Moving }) {
  const t = useReportTexts();
  const { company } = useParams({ strict: false }) as { company: string };
  const children = useQuery({ queryKey: key("campaigns", "children", campaign.id), queryFn: ({ signal }) => read(api.GET("/api/v1/campaigns", { params: { query: { parent_id: campaign.id, limit: 20 } as never }, signal })) });
  const origin = { new: null, duplicate: t("fromCopy"), retry: t("fromRetry"), recurrence: t("fromRecurrence") }[campaign.origin];
  const made = children.data?.data ?? [];
  if (!(origin && campaign.parent_id) && made.length === 0) return null;
  return (
    <Card title={t("related")}>
      <ul className="space-y-1 text-table">
        {origin && campaign.parent_id && <li><Link className="text-accent-fg hover:underline" to={`/c/${company}/campaigns/${campaign.parent_id}` as string}>{origin}</Link></li>}
        {made.map((one) => <li key={one.id} className="flex items-center justify-between gap-2"><Link className="min-w-0 truncate text-accent-fg hover:underline" to={`/c/${company}/campaigns/${one.id}` as string}>{one.name}</Link><StateChip campaign={one} /></li>)}
      </ul>
    </Card>
  );
}
