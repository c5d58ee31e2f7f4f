import { useMutation } from "@tanstack/react-query";
import { Download, Plus, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { api, read } from "../../api/client";
import { download } from "../../api/download";
import { useList } from "../../api/lists";
import { refresh } from "../../api/queries";
import type { Export, Job } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useLive } from "../../live/hooks";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { JobState } from "../../ui/job-state";
import { Menu, MenuItem } from "../../ui/menu";
import { PageHead } from "../../ui/page";
import { Progress, SEGMENT_TONES } from "../../ui/progress";
import { Empty, ErrorBox, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { Chip } from "../../ui/status";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { FILTERS, KINDS } from "./filters";
import { NewExport } from "./new-export";
import { useExportTexts } from "./texts";

const EVERY = [...new Set(KINDS.flatMap((kind) => FILTERS[kind]))];

/** Files made in the background: what is in them, how far they are, and until when they can be had. */
export function Exports() {
  const t = useExportTexts();
  const words = useErrorText();
  const formats = useFormats();
  const operator = useMay("operator");
  const [search, setSearch] = useUrlState();
  const [asking, ask] = useState<Export | null>(null);
  const [fetching, setFetching] = useState<string | null>(null);
  const jobs = useLive<{ jobs?: Record<string, Partial<Job>> }>("jobs")?.jobs ?? {};
  const list = useList("exports", {}, (cursor, signal) => read(api.GET("/api/v1/exports", { params: { query: { limit: 50, cursor } }, signal })));
  const ended = Object.entries(jobs).filter(([, job]) => job.kind === "export" && job.state !== "running").map(([id]) => id).sort().join();
  useEffect(() => { if (ended) refresh("exports"); }, [ended]);
  const remove = useMutation({
    mutationFn: (row: Export) => read(api.DELETE("/api/v1/exports/{export_id}", { params: { path: { export_id: row.id } } })),
    onSuccess: () => { toast(t("deleted")); ask(null); refresh("exports"); },
    onError: (error) => { toast(words(error), { bad: true }); ask(null); refresh("exports"); },
  });
  const fetchFile = (row: Export) => {
    setFetching(row.id);
    download(`/api/v1/exports/${row.id}/download`, {}, row.file_name).catch((error: unknown) => toast(words(error), { bad: true })).finally(() => setFetching(null));
  };
  const close = () => setSearch({ new: undefined, kind: undefined, ...Object.fromEntries(EVERY.map((name) => [name, undefined])) });
  const state = (row: Export) => {
    const job = jobs[row.id];
    if (row.state === "running" && job?.state === "running" && job.total) return <Progress label={row.file_name} thin total={job.total} segments={[{ key: "done", name: t("rows"), value: job.done ?? 0, tone: SEGMENT_TONES.done }]} />;
    return <JobState state={row.state} title={row.error ?? undefined} />;
  };
  const may = (row: Export) => row.state === "done" && (row.masked || operator);
  const columns: Column<Export>[] = [
    { key: "file", title: t("file"), gives: true, phone: "main", cell: (row) => <span className="font-medium break-all" title={row.file_name}>{row.file_name}</span> },
    { key: "kind", title: t("kind"), phone: "sub", cell: (row) => t(row.kind) },
    { key: "state", title: t("state"), phone: "side", cell: state },
    { key: "rows", title: t("rows"), right: true, phone: "sub", cell: (row) => formats.count(row.rows) },
    { key: "size", title: t("size"), right: true, cell: (row) => formats.bytes(row.bytes) },
    { key: "masked", title: t("people"), cell: (row) => <Chip tone={row.masked ? "neutral" : "warning"} title={t(row.masked ? "maskedText" : "openText")}>{t(row.masked ? "masked" : "open")}</Chip> },
    { key: "made", title: t("made"), phone: "sub", cell: (row) => <When at={row.created_at} /> },
    { key: "until", title: t("until"), cell: (row) => <When at={row.expires_at} /> },
    {
      key: "do", title: t("actions"), right: true, phone: "side",
      cell: (row) => (
        <span className="inline-flex items-center gap-1">
          {may(row) && <Button kind="quiet" className="!h-7" busy={fetching === row.id} icon={<Download size={14} aria-hidden />} onClick={() => fetchFile(row)}>{t("download")}</Button>}
          {row.state === "done" && !may(row) && <span className="text-caption text-muted">{t("notForViewers")}</span>}
          {operator && <Menu><MenuItem danger icon={<Trash2 size={14} aria-hidden />} onSelect={() => ask(row)}>{t(row.state === "running" ? "stop" : "delete")}</MenuItem></Menu>}
        </span>
      ),
    },
  ];
  const add = <Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={() => setSearch({ new: "1" })}>{t("newExport")}</Button>;
  return (
    <>
      <PageHead title={t("title")} count={list.rows ? formats.count(list.count) : undefined}>{list.rows && list.rows.length > 0 && add}</PageHead>
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton rows={4} onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && <Empty title={t("emptyTitle")} action={add}>{t("emptyText")}</Empty>}
      {list.rows && list.rows.length > 0 && (
        <DataTable label={t("title")} columns={columns} rows={list.rows} id={(row) => row.id}
          footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
      )}
      {search.new && <NewExport onClose={close} />}
      {asking && (
        <Confirm open onOpenChange={() => ask(null)} title={t(asking.state === "running" ? "stopTitle" : "deleteTitle", { name: asking.file_name })} action={t(asking.state === "running" ? "stop" : "delete")} danger busy={remove.isPending} onConfirm={() => remove.mutate(asking)}>
          <p>{t("deleteText", { count: asking.rows })}</p>
        </Confirm>
      )}
    </>
  );
}
