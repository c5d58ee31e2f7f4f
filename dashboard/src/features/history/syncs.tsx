import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus, RefreshCw } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { key, refresh } from "../../api/queries";
import type { Sync } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { JobState } from "../../ui/job-state";
import { Menu, MenuItem } from "../../ui/menu";
import { Empty, ErrorBox, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { Chip } from "../../ui/status";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { useLiveJobs, useRefreshAtEnd } from "./live-jobs";
import { SyncForm } from "./sync-form";
import { SyncRuns } from "./sync-runs";
import { useHistoryTexts } from "./texts";

/** Names of the webhooks that syncs belong to. */
export function useWebhookNames() {
  const webhooks = useQuery({ queryKey: key("webhooks", "five hundred"), staleTime: 60_000, queryFn: ({ signal }) => read(api.GET("/api/v1/webhooks", { params: { query: { limit: 500 } }, signal })) });
  return webhooks.data?.data ?? [];
}

export function Syncs() {
  const t = useHistoryTexts();
  const say = useWords();
  const words = useErrorText();
  const formats = useFormats();
  const operator = useMay("operator");
  const owner = useMay("owner");
  const [search, setSearch] = useUrlState();
  const [form, setForm] = useState<Sync | "new" | null>(null);
  const [asking, ask] = useState<{ what: "run" | "delete"; sync: Sync } | null>(null);
  const names = useWebhookNames();
  const jobs = useLiveJobs();
  useRefreshAtEnd(jobs, ["history_sync"], "syncs");
  const list = useList("syncs", {}, (cursor, signal) => read(api.GET("/api/v1/syncs", { params: { query: { limit: 100, cursor } }, signal })));
  const path = (sync: Sync) => ({ params: { path: { sync_id: sync.id } } });
  const run = useMutation({
    mutationFn: (sync: Sync) => read(api.POST("/api/v1/syncs/{sync_id}/run", path(sync))),
    onSuccess: () => { toast(t("syncStarted")); ask(null); refresh("syncs", "jobs"); },
    onError: (error) => { toast(words(error), { bad: true }); ask(null); },
  });
  const remove = useMutation({
    mutationFn: (sync: Sync) => read(api.DELETE("/api/v1/syncs/{sync_id}", path(sync))),
    onSuccess: () => { toast(t("syncDeleted")); ask(null); refresh("syncs", "schedules"); },
    onError: (error) => { toast(words(error), { bad: true }); ask(null); },
  });
  const activate = useMutation<unknown, unknown, { sync: Sync; active: boolean }>({
    mutationFn: ({ sync, active }: { sync: Sync; active: boolean }) => read(api.PATCH("/api/v1/syncs/{sync_id}", { ...path(sync), body: { active } as never })),
    onSuccess: (_, { sync, active }) => { toast(t(active ? "syncResumed" : "syncPaused"), { undo: () => activate.mutate({ sync, active: !active }) }); refresh("syncs", "schedules"); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  const name = (sync: Sync) => names.find((one) => one.id === sync.webhook_id)?.name ?? sync.source;
  const start = (sync: Sync) => (sync.automations ? ask({ what: "run", sync }) : run.mutate(sync));
  const state = (sync: Sync) => {
    const live = sync.last_job_id ? jobs[sync.last_job_id] : undefined;
    const now = live?.state ?? sync.last_state;
    return <span className="inline-flex items-center gap-2"><JobState state={now} />{now === "running" && live?.done ? <span className="text-caption text-muted tnum">{formats.count(live.done)}</span> : null}<When at={sync.last_run_at} /></span>;
  };
  const columns: Column<Sync>[] = [
    { key: "source", title: t("source"), phone: "main", cell: (row) => <span className="block min-w-0"><span className="block truncate font-medium">{name(row)}</span>{row.last_error && <span className="block truncate text-caption text-danger-fg" title={say(row.last_error.reason_text) ?? row.last_error.reason ?? undefined}>{say(row.last_error.reason_text) ?? row.last_error.reason}</span>}</span> },
    { key: "state", title: t("lastRun"), phone: "side", cell: state },
    { key: "next", title: t("next"), cell: (row) => (row.next_run_at ? <When at={row.next_run_at} /> : <span className="text-muted">{t(row.active ? "pausedShort" : "inactive")}</span>), phone: "sub" },
    { key: "imported", title: t("imported"), right: true, cell: (row) => formats.count(row.imported), phone: "sub" },
    { key: "duplicates", title: t("duplicates"), right: true, cell: (row) => formats.count(row.duplicates) },
    { key: "failed", title: t("failed"), right: true, cell: (row) => <span className={row.failed ? "text-danger-fg" : undefined}>{formats.count(row.failed)}</span> },
    { key: "rules", title: t("rulesOf"), cell: (row) => <Chip tone={row.automations ? "warning" : "neutral"} title={t(row.automations ? "automationsOnText" : "automationsOffText")}>{t(row.automations ? "automationsOn" : "automationsOff")}</Chip> },
    {
      key: "do", title: t("actions"), phone: "side", right: true,
      cell: (row) => (
        <span className="inline-flex items-center gap-1">
          {operator && row.active && <Button kind="quiet" className="!h-7" busy={run.isPending && run.variables.id === row.id} icon={<RefreshCw size={14} aria-hidden />} onClick={() => start(row)}>{t("syncNow")}</Button>}
          {owner && (
            <Menu>
              <MenuItem onSelect={() => setForm(row)}>{t("edit")}</MenuItem>
              <MenuItem onSelect={() => activate.mutate({ sync: row, active: !row.active })}>{t(row.active ? "pause" : "resume")}</MenuItem>
              <MenuItem danger onSelect={() => ask({ what: "delete", sync: row })}>{t("delete")}</MenuItem>
            </Menu>
          )}
        </span>
      ),
    },
  ];
  const add = owner && <Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={() => setForm("new")}>{t("newSync")}</Button>;
  const opened = list.rows?.find((one) => one.id === search.sync);
  return (
    <>
      <div className="mb-3 flex flex-wrap items-center justify-between gap-3">
        <p className="max-w-[72ch] text-table text-muted">{t("syncsText")}</p>
        {list.rows && list.rows.length > 0 && add}
      </div>
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton rows={4} onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && <Empty title={t("noSyncs")} action={add || undefined}>{t("noSyncsText")}</Empty>}
      {list.rows && list.rows.length > 0 && (
        <DataTable label={t("syncs")} columns={columns} rows={list.rows} id={(row) => row.id} selected={search.sync ?? ""} onOpen={(row) => setSearch({ sync: row.id })}
          footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
      )}
      {opened && <SyncRuns sync={opened} name={name(opened)} onClose={() => setSearch({ sync: undefined })} />}
      {form && <SyncForm sync={form === "new" ? null : form} webhooks={names} onClose={() => setForm(null)} />}
      {asking?.what === "run" && (
        <Confirm open onOpenChange={() => ask(null)} title={t("syncNowTitle", { name: name(asking.sync) })} action={t("syncNow")} busy={run.isPending} onConfirm={() => run.mutate(asking.sync)}>
          <p>{t("automationsOnText")}</p><p>{t("duplicatesText")}</p>
        </Confirm>
      )}
      {asking?.what === "delete" && (
        <Confirm open onOpenChange={() => ask(null)} title={t("deleteSyncTitle", { name: name(asking.sync) })} action={t("delete")} danger busy={remove.isPending} onConfirm={() => remove.mutate(asking.sync)}>
          <p>{t("deleteSyncText", { count: asking.sync.imported })}</p>
        </Confirm>
      )}
    </>
  );
}
