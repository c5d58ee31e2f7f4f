import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { refresh } from "../../api/queries";
import type { Job } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { author } from "../../lib/author";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { FilterBar } from "../../ui/filters";
import { JobState } from "../../ui/job-state";
import { Progress, SEGMENT_TONES } from "../../ui/progress";
import { Empty, ErrorBox, NoMatch, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { KINDS, useKindWords } from "./kinds";
import { useLiveJobs, useRefreshAtEnd } from "./live-jobs";
import { useHistoryTexts } from "./texts";

const STATES = ["running", "done", "failed", "cancelled"] as const;
const WORDS = { running: "stateRunning", done: "stateDone", failed: "stateFailed", cancelled: "stateCancelled" } as const;

export function Jobs() {
  const t = useHistoryTexts();
  const words = useErrorText();
  const formats = useFormats();
  const kind = useKindWords();
  const operator = useMay("operator");
  const [search, setSearch] = useUrlState();
  const [asking, ask] = useState<Job | null>(null);
  const live = useLiveJobs();
  useRefreshAtEnd(live, null, "jobs");
  const values = Object.fromEntries(["kind", "state"].flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
  const list = useList("jobs", values, (cursor, signal) => read(api.GET("/api/v1/jobs", { params: { query: { ...values, limit: 100, cursor } as never }, signal })));
  const rows = list.rows?.map((row) => ({ ...row, ...live[row.id] }) as Job);
  const clear = () => setSearch({ kind: undefined, state: undefined });
  const cancel = useMutation({
    mutationFn: (job: Job) => read(api.POST("/api/v1/jobs/{job_id}/cancel", { params: { path: { job_id: job.id } } })),
    onSuccess: () => { toast(t("jobStopped")); ask(null); refresh("jobs"); },
    onError: (error) => { toast(words(error), { bad: true }); ask(null); refresh("jobs"); },
  });
  const progress = (row: Job) => (row.total ? <Progress label={kind(row.kind)} thin total={row.total} segments={[{ key: "done", name: t("doneOf"), value: Math.max(0, row.done - row.errors), tone: SEGMENT_TONES.done }, { key: "errors", name: t("errors"), value: row.errors, tone: SEGMENT_TONES.failed }]} /> : formats.count(row.done));
  const columns: Column<Job>[] = [
    { key: "made", title: t("began"), phone: "sub", cell: (row) => <When at={row.started_at ?? row.created_at} /> },
    { key: "kind", title: t("what"), phone: "main", cell: (row) => <span className="font-medium">{kind(row.kind)}</span> },
    { key: "state", title: t("state"), phone: "side", cell: (row) => <JobState state={row.state} title={row.error ?? undefined} /> },
    { key: "progress", title: t("progress"), width: "min-w-40", phone: "sub", cell: progress },
    { key: "errors", title: t("errors"), right: true, cell: (row) => formats.count(row.errors) },
    { key: "end", title: t("ends"), cell: (row) => <When at={row.finished_at ?? row.eta} /> },
    { key: "by", title: t("by"), cell: (row) => (row.schedule_id && (row.created_by ?? "schedule") === "schedule" ? t("bySchedule") : row.created_by ? author(row.created_by) : "—") },
    { key: "why", title: t("trouble"), gives: true, cell: (row) => row.error ?? "—" },
    ...(operator ? [{ key: "do", title: t("actions"), right: true, phone: "side" as const, cell: (row: Job) => (row.state !== "running" ? null : row.cancel_requested ? <span className="text-caption text-muted">{t("stopping")}</span> : <Button kind="quiet" className="!h-7" onClick={() => ask(row)}>{t("stop")}</Button>) }] : []),
  ];
  return (
    <>
      <FilterBar values={values} onChange={(name, value) => setSearch({ [name]: value })} onClear={clear} fields={[{ name: "state", title: t("state"), options: STATES.map((value) => ({ value, title: t(WORDS[value]) })) }, { name: "kind", title: t("what"), options: KINDS.map((value) => ({ value, title: kind(value) })) }]} />
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {rows?.length === 0 && (Object.keys(values).length ? <NoMatch onClear={clear} /> : <Empty title={t("noJobs")}>{t("noJobsText")}</Empty>)}
      {rows && rows.length > 0 && (
        <DataTable label={t("jobs")} columns={columns} rows={rows} id={(row) => row.id}
          footer={<TableFoot loaded={formats.count(rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
      )}
      {asking && (
        <Confirm open onOpenChange={() => ask(null)} title={t("stopTitle", { name: kind(asking.kind) })} action={t("stop")} danger busy={cancel.isPending} onConfirm={() => cancel.mutate(asking)}>
          <p>{t("stopText", { done: formats.count(asking.done), total: asking.total === null ? "—" : formats.count(asking.total) })}</p>
        </Confirm>
      )}
    </>
  );
}
