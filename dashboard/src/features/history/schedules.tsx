import { useMutation, useQuery } from "@tanstack/react-query";
import { Play } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { key, refresh } from "../../api/queries";
import type { Schedule } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { duration } from "../../lib/time";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { JobState, JobStrip } from "../../ui/job-state";
import { Empty, ErrorBox, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { Switch } from "../../ui/switch";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { useKindWords } from "./kinds";
import { useLiveJobs, useRefreshAtEnd } from "./live-jobs";
import { dayName, planOf } from "./plan";
import { useHistoryTexts } from "./texts";

export function useSentence() {
  const t = useHistoryTexts();
  const { language } = useFormats();
  return (schedule: { every_s: number | null; jitter_s: number; cron: string | null }): string => {
    const plan = planOf(schedule);
    if (plan.kind === "every") return plan.spread_s ? t("everySpread", { every: duration(plan.every_s * 1000), spread: duration(plan.spread_s * 1000) }) : t("every", { every: duration(plan.every_s * 1000) });
    const late = plan.late_s ? `, ${t("upToLater", { late: duration(plan.late_s * 1000) })}` : "";
    if (plan.kind === "daily") return t("daily", { at: plan.at }) + late;
    if (plan.kind === "weekly") return t("weekly", { day: dayName(plan.day, language), at: plan.at }) + late;
    return t("byCron", { cron: plan.cron }) + late;
  };
}

export function Schedules() {
  const t = useHistoryTexts();
  const words = useErrorText();
  const formats = useFormats();
  const kind = useKindWords();
  const sentence = useSentence();
  const operator = useMay("operator");
  const [asking, ask] = useState<Schedule | null>(null);
  const jobs = useLiveJobs();
  useRefreshAtEnd(jobs, null, "schedules");
  const list = useList("schedules", {}, (cursor, signal) => read(api.GET("/api/v1/schedules", { params: { query: { limit: 100, cursor } }, signal })));
  const path = (row: Schedule) => ({ params: { path: { schedule_id: row.id } } });
  const turn = useMutation<unknown, unknown, { row: Schedule; on: boolean }>({
    mutationFn: ({ row, on }: { row: Schedule; on: boolean }) => (on ? read(api.POST("/api/v1/schedules/{schedule_id}/resume", path(row))) : read(api.POST("/api/v1/schedules/{schedule_id}/pause", path(row)))),
    onSuccess: (_, { row, on }) => { toast(t(on ? "scheduleResumed" : "schedulePaused"), { undo: () => turn.mutate({ row, on: !on }) }); refresh("schedules", "syncs"); },
    onError: (error) => { toast(words(error), { bad: true }); refresh("schedules"); },
  });
  const run = useMutation({
    mutationFn: (row: Schedule) => read(api.POST("/api/v1/schedules/{schedule_id}/run", path(row))),
    onSuccess: () => { toast(t("runStarted")); ask(null); refresh("schedules", "syncs", "jobs"); },
    onError: (error) => { toast(words(error), { bad: true }); ask(null); },
  });
  const shown = (row: Schedule) => (turn.isPending && turn.variables.row.id === row.id ? turn.variables.on : row.active);
  const columns: Column<Schedule>[] = [
    { key: "what", title: t("what"), phone: "main", cell: (row) => <span className="font-medium">{kind(row.kind)}</span> },
    { key: "when", title: t("when"), phone: "sub", cell: (row) => sentence(row) },
    { key: "results", title: t("lastResults"), cell: (row) => <Results schedule={row} /> },
    { key: "last", title: t("lastRun"), phone: "sub", cell: (row) => <span className="inline-flex items-center gap-2"><JobState state={(row.last_job_id && jobs[row.last_job_id]?.state) || row.last_state} /><When at={row.last_run_at} /></span> },
    { key: "next", title: t("next"), phone: "sub", cell: (row) => (row.next_run_at ? <When at={row.next_run_at} /> : <span className="text-muted">{t("pausedShort")}</span>) },
    ...(operator ? [
      { key: "on", title: t("on"), phone: "side" as const, cell: (row: Schedule) => <Switch label={`${kind(row.kind)}: ${t("on")}`} checked={shown(row)} onChange={(on) => turn.mutate({ row, on })} /> },
      { key: "do", title: t("actions"), right: true, phone: "side" as const, cell: (row: Schedule) => <Button kind="quiet" className="!h-7" icon={<Play size={14} aria-hidden />} onClick={() => ask(row)}>{t("runNow")}</Button> },
    ] : []),
  ];
  return (
    <>
      <p className="mb-3 max-w-[72ch] text-table text-muted">{t("schedulesText")}</p>
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton rows={4} onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && <Empty title={t("noSchedules")}>{t("noSchedulesText")}</Empty>}
      {list.rows && list.rows.length > 0 && (
        <DataTable label={t("schedules")} columns={columns} rows={list.rows} id={(row) => row.id}
          footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
      )}
      {asking && (
        <Confirm open onOpenChange={() => ask(null)} title={t("runNowTitle", { name: kind(asking.kind) })} action={t("runNow")} busy={run.isPending} danger={asking.kind === "retention"} onConfirm={() => run.mutate(asking)}>
          {asking.kind === "retention" ? <Erases /> : <p>{t("runNowText")}</p>}
        </Confirm>
      )}
    </>
  );
}

/** What a run of the retention would erase now, in the API's words. */
function Erases() {
  const t = useHistoryTexts();
  const say = useWords();
  const retention = useQuery({ queryKey: key("retention"), staleTime: 0, queryFn: ({ signal }) => read(api.GET("/api/v1/retention", { signal })) });
  if (retention.error) return <ErrorBox error={retention.error} onRetry={() => void retention.refetch()} />;
  return <p>{retention.data ? say(retention.data.preview.text) ?? t("runNowText") : t("counting")}</p>;
}

/** The last five results of a schedule, oldest first. */
function Results({ schedule }: { schedule: Schedule }) {
  const t = useHistoryTexts();
  const formats = useFormats();
  const jobs = useQuery({ queryKey: key("schedules", "results", schedule.id, schedule.last_job_id, schedule.last_state), staleTime: 60_000, queryFn: ({ signal }) => read(api.GET("/api/v1/jobs", { params: { query: { schedule_id: schedule.id, limit: 5 } as never }, signal })) });
  if (jobs.error) return <span className="text-faint" title={t("unknownResults")}>—</span>;
  return <JobStrip label={t("lastResults")} jobs={[...(jobs.data?.data ?? [])].reverse().map((job) => ({ id: job.id, state: job.state, title: `${formats.dateTime(new Date(job.created_at))}${job.error ? ` · ${job.error}` : ""}` }))} />;
}
