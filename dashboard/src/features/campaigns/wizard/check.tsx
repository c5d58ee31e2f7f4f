/** Step 4: the server's dry run, and the start that does no more than it showed. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Play, RotateCw } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api, read } from "../../../api/client";
import { Problem } from "../../../api/problem";
import { key, queries, refresh } from "../../../api/queries";
import type { Campaign, CampaignDryRun } from "../../../api/schema.gen";
import { useWords } from "../../../i18n";
import { phone } from "../../../lib/phone";
import { duration } from "../../../lib/time";
import { useUrlState } from "../../../lib/url";
import { useLive } from "../../../live/hooks";
import { Bars } from "../../../ui/bars";
import { Button } from "../../../ui/button";
import { Confirm } from "../../../ui/dialog";
import { useFieldReason } from "../../../ui/form";
import { Card, Facts } from "../../../ui/page";
import { bubbleOf, Phone } from "../../../ui/message/phone";
import { Progress } from "../../../ui/progress";
import { ErrorBox, Skeleton, useErrorText } from "../../../ui/states";
import { toast } from "../../../ui/toasts";
import { useFormats } from "../../../ui/when";
import { useVariesTexts } from "../../templates/varies-texts";
import { useDraft } from "./draft";
import { stepOf, type Schedule } from "./plan";
import { useWizardTexts } from "./texts";

/** The dry run of the draft as it is stored: the one that the address names if it is of this very draft, else a new one. */
function useDryRun() {
  const { id, campaign, saver } = useDraft();
  const [search, setSearch] = useUrlState();
  const params = { path: { campaign_id: id } };
  const anew = useRef(false);
  const run = useQuery({
    queryKey: key("campaign-draft", "dry run", id, campaign.updated_at), staleTime: Infinity, retry: false, placeholderData: undefined,
    enabled: saver.phase === "saved",
    queryFn: async ({ signal }) => {
      if (search.run && !anew.current) {
        const found = await read(api.GET("/api/v1/campaigns/{campaign_id}/dry-runs/{preview_id}", { params: { path: { ...params.path, preview_id: search.run } }, signal })).catch(() => null);
        if (found && found.as_of >= campaign.updated_at && Date.parse(found.expires_at) > Date.now()) return found;
      }
      const made = await read(api.POST("/api/v1/campaigns/{campaign_id}/dry-run", { params, signal }));
      anew.current = false;
      return made;
    },
  });
  const found = run.data;
  const counted = useQuery({
    queryKey: key("campaign-draft", "dry run", "counted", found?.preview_id), enabled: found !== undefined && found.counts === null, placeholderData: undefined,
    queryFn: ({ signal }) => read(api.GET("/api/v1/campaigns/{campaign_id}/dry-runs/{preview_id}", { params: { path: { ...params.path, preview_id: found!.preview_id } }, signal })),
    refetchInterval: (query) => (query.state.data?.counts ? false : 1_000),
  });
  useEffect(() => { if (found && search.run !== found.preview_id) setSearch({ run: found.preview_id }); }, [found, search.run, setSearch]);
  const again = () => { anew.current = true; void run.refetch(); };
  return { run, dryRun: counted.data ?? found, error: run.error ?? counted.error, again };
}

export function CheckStep() {
  const t = useWizardTexts();
  const { saver } = useDraft();
  const { run, dryRun, error, again } = useDryRun();
  if (saver.phase !== "saved" && !dryRun) return <p role="status" className="text-muted">{saver.phase === "refused" ? t("mendFirst") : t("savingFirst")}</p>;
  if (error instanceof Problem && error.fields.length > 0) return <Lacking problem={error} onAgain={again} />;
  if (error && !dryRun) return <ErrorBox error={error} onRetry={again} />;
  if (!dryRun) return <><p role="status" className="text-muted">{t("running")}</p><Skeleton rows={4} onRetry={() => void run.refetch()} /></>;
  if (dryRun.counts === null) return <Counting dryRun={dryRun} />;
  return <Checked dryRun={dryRun} busy={run.isFetching} onAgain={again} />;
}

/** What it lacks, each with the way to its step. */
function Lacking({ problem, onAgain }: { problem: Problem; onAgain: () => void }) {
  const t = useWizardTexts();
  const reason = useFieldReason();
  const { company, campaignId } = useParams({ strict: false }) as { company: string; campaignId: string };
  const part: Record<string, string> = { audience: t("lackAudience"), variants: t("lackTemplate"), sessions: t("lackNumber") };
  return (
    <div role="alert" className="space-y-2 rounded-control bg-warning-soft p-4 text-warning-fg">
      <p className="font-semibold">{t("lacks")}</p>
      <ul className="list-disc space-y-1 pl-5">
        {problem.fields.map((one) => <li key={one.field + one.reason}><Link className="underline" to={`/c/${company}/campaigns/${campaignId}/${stepOf(one.field)}` as string}>{part[one.field] ?? `${t(stepOf(one.field))}: ${reason(one)}`}</Link></li>)}
      </ul>
      <Button icon={<RotateCw size={14} aria-hidden />} onClick={onAgain}>{t("again")}</Button>
    </div>
  );
}

function Counting({ dryRun }: { dryRun: CampaignDryRun }) {
  const t = useWizardTexts();
  const jobs = useLive<{ jobs?: Record<string, { done: number; total: number | null }> }>("jobs");
  const job = dryRun.job ? { ...dryRun.job, ...jobs?.jobs?.[dryRun.job.id] } : null;
  return (
    <Card title={t("running")}>
      <p className="mb-3 text-muted">{t("countingText")}</p>
      {job && job.total ? <Progress label={t("running")} total={job.total} segments={[{ key: "done", name: t("looked"), value: job.done, tone: "var(--accent)" }]} /> : <Skeleton rows={1} />}
    </Card>
  );
}

function Checked({ dryRun, busy, onAgain }: { dryRun: CampaignDryRun; busy: boolean; onAgain: () => void }) {
  const t = useWizardTexts();
  const varies = useVariesTexts();
  const say = useWords();
  const formats = useFormats();
  const { values, campaign } = useDraft();
  const [, setSearch] = useUrlState();
  const [asking, ask] = useState(false);
  const names = useQuery({ queryKey: key("sessions", "all"), queryFn: ({ signal }) => read(api.GET("/api/v1/sessions", { params: { query: { limit: 500 } }, signal })) });
  const session = (id: string) => names.data?.data.find((one) => one.id === id)?.name ?? id.slice(0, 8);
  const would = dryRun.counts!.would;
  const people = dryRun.people ?? would;
  const starts = dryRun.starts_at ? new Date(dryRun.starts_at) : null;
  const schedule = values.schedule as Schedule | undefined;
  const later = schedule?.recurrence !== undefined || (schedule?.start_at !== undefined && Date.parse(schedule.start_at) > Date.now());
  const cost = dryRun.cost;
  const money = cost ? (cost.currency === "BRL" ? formats.money(cost.amount) : `${cost.currency} ${formats.money(cost.amount).replace(/^R\$\u00a0/, "")}`) : null;
  const skip = [...(dryRun.skip ?? [])].sort((a, b) => b.value - a.value);
  return (
    <div className="grid grid-cols-1 gap-3 lg:grid-cols-[minmax(0,1fr)_376px]">
      <div className="min-w-0 space-y-3">
        <Card title={t("dryRun")} aside={<Button kind="quiet" className="!h-7" busy={busy} icon={<RotateCw size={14} aria-hidden />} onClick={onAgain}>{t("runAgain")}</Button>}>
          <p className="mb-3 text-card" data-would={would}>{would > 0 ? <button type="button" className="underline decoration-dotted underline-offset-4" onClick={() => setSearch({ people: "would" }, { replace: false })}>{t("would", { count: would })}</button> : t("would", { count: 0 })}</p>
          <Facts
            rows={[
              [t("startsAt"), later && starts ? formats.dateTime(starts) : t("now")],
              [t("duration"), dryRun.duration_s == null ? t("tooLong") : would === 0 ? "—" : `~${duration(Math.max(1, dryRun.duration_s) * 1000)}`],
              [t("endsAt"), dryRun.ends_at && would > 0 ? formats.dateTime(new Date(dryRun.ends_at)) : "—"],
              [t("cost"), cost && money ? <span key="cost">{t("about", { money })}<span className="block text-caption text-muted">{t("priceTable", { date: formats.date(new Date(`${cost.valid_from}T12:00:00Z`)), source: cost.source })}</span>{cost.unpriced > 0 && <span className="block text-caption text-warning-fg">{t("unpriced", { count: cost.unpriced })}</span>}{say(cost.note) && <span className="block text-caption text-muted">{say(cost.note)}</span>}</span> : t("noPrices")],
              ...((values.variants ?? []).some((one) => one.variants) ? [[t("variations"), (dryRun.by_variant ?? []).map((one) => `${(dryRun.by_variant ?? []).length > 1 ? `${"ABCDE"[one.variant] ?? one.variant + 1}: ` : ""}${varies("approvedN", { count: one.approved })}`).join(" ")] as [string, string]] : []),
              [t("counted"), formats.dateTime(new Date(dryRun.as_of), "second")],
            ]}
          />
        </Card>
        <Card title={t("outTitle", { count: people - would })}>
          {skip.length === 0 ? <p className="text-table text-muted">{t("outNone")}</p> : (
            <Bars label={t("outAll")} top={people} rows={skip.map((one) => ({ key: one.reason, name: say(one.reason_text) ?? one.reason, value: one.value, text: formats.count(one.value), tone: "var(--series-skipped)", onPick: () => setSearch({ people: `reason:${one.reason}` }, { replace: false }) }))} />
          )}
        </Card>
        <Card title={t("limits")}>
          {(dryRun.limits ?? []).length === 0 ? <p className="text-table text-muted">{t("limitsNone")}</p> : (
            <ul className="space-y-1 text-table">{dryRun.limits!.map((one) => <li key={one.session_id + one.limit} className="flex justify-between gap-3"><span>{`${session(one.session_id)}: ${say(one.limit_text) ?? one.limit}`}</span><span className="shrink-0 text-muted tnum">{duration(one.seconds * 1000)}</span></li>)}</ul>
          )}
        </Card>
        <Card title={t("byNumber")}>
          <Bars label={t("byNumber")} top={would} rows={(dryRun.by_session ?? []).map((one) => ({ key: one.session_id, name: session(one.session_id), value: one.people, text: `${formats.count(one.people)} · ${one.seconds === null ? t("tooLong") : `~${duration(Math.max(1, one.seconds) * 1000)}`}` }))} />
          {(dryRun.by_variant ?? []).length > 1 && <div className="mt-3"><Bars label={t("byVariant")} top={would} rows={dryRun.by_variant!.map((one) => ({ key: String(one.variant), name: t("variant", { letter: "ABCDE"[one.variant] ?? String(one.variant + 1) }), value: one.people, text: formats.count(one.people) }))} /></div>}
        </Card>
      </div>
      <div className="space-y-3 self-start lg:sticky lg:top-16">
        <Button kind="primary" className="w-full" icon={<Play size={14} aria-hidden />} onClick={() => ask(true)}>{would === 0 ? t("nobodyGets") : later ? t("schedule", { total: formats.count(would) }) : t("sendTo", { total: formats.count(would) })}</Button>
        <Card title={t("samples")}>
          <div className="space-y-3">{(dryRun.samples ?? []).slice(0, 5).map((one) => <div key={one.contact_id} className="space-y-1"><Phone label={one.name ?? phone(one.to)} name={one.name ?? phone(one.to)} bubbles={[bubbleOf(one.text)]} />{one.reason && <p className="text-caption text-warning-fg">{t("wouldNot", { why: say(one.reason_text) ?? one.reason })}</p>}</div>)}</div>
        </Card>
      </div>
      {asking && <Start campaign={campaign} dryRun={dryRun} later={later} money={money} session={session} onAgain={onAgain} onClose={() => ask(false)} />}
    </div>
  );
}

function Start({ campaign, dryRun, later, money, session, onAgain, onClose }: { campaign: Campaign; dryRun: CampaignDryRun; later: boolean; money: string | null; session: (id: string) => string; onAgain: () => void; onClose: () => void }) {
  const t = useWizardTexts();
  const say = useWords();
  const words = useErrorText();
  const formats = useFormats();
  const navigate = useNavigate();
  const { company } = useParams({ strict: false }) as { company: string };
  const would = dryRun.counts!.would;
  const out = (dryRun.people ?? would) - would;
  const run = useMutation({
    mutationFn: () => read(api.POST("/api/v1/campaigns/{campaign_id}/start", { params: { path: { campaign_id: campaign.id } }, body: { preview_id: dryRun.preview_id } as never })),
    onSuccess: (begun) => {
      queries.setQueryData(key("campaigns", "one", campaign.id), begun);
      refresh("campaigns");
      toast(later ? t("isScheduled") : t("hasBegun"));
      void navigate({ to: `/c/${company}/campaigns/${campaign.id}` as string });
    },
    onError: (error) => {
      toast(words(error), { bad: true });
      // It would now do something else than was shown: it is counted and asked again.
      if (error instanceof Problem && error.status === 409) { onClose(); refresh("campaigns"); onAgain(); }
    },
  });
  const starts = later && dryRun.starts_at ? t("startsLater", { at: formats.dateTime(new Date(dryRun.starts_at)) }) : t("startsNow");
  const lasts = dryRun.duration_s == null ? t("tooLong") : `~${duration(Math.max(1, dryRun.duration_s) * 1000)}`;
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} title={t("startTitle", { count: would })} action={later ? t("schedule", { total: formats.count(would) }) : t("sendTo", { total: formats.count(would) })} busy={run.isPending} disabled={would === 0} typed={would > 0 ? String(would) : undefined} onConfirm={() => run.mutate()}>
      <p className="text-fg">{[(dryRun.by_session ?? []).map((one) => session(one.session_id)).join(", "), starts, lasts, money && t("about", { money })].filter(Boolean).join(" · ")}</p>
      {out > 0 && <><p>{t("outTitle", { count: out })}</p><ul className="list-disc pl-5">{(dryRun.skip ?? []).map((one) => <li key={one.reason}>{`${formats.count(one.value)}: ${say(one.reason_text) ?? one.reason}`}</li>)}</ul></>}
      {would === 0 && <p>{t("nobodyGetsText")}</p>}
    </Confirm>
  );
}
