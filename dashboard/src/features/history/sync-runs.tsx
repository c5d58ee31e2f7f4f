import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import type { Sync, SyncRun } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { Button } from "../../ui/button";
import { JobState } from "../../ui/job-state";
import { Facts } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { Empty, ErrorBox, Skeleton } from "../../ui/states";
import { useFormats, When } from "../../ui/when";
import { useHistoryTexts } from "./texts";

/** What each run of a sync brought, and what it could not bring and why. */
export function SyncRuns({ sync, name, onClose }: { sync: Sync; name: string; onClose: () => void }) {
  const t = useHistoryTexts();
  const formats = useFormats();
  const list = useList<SyncRun>("syncs", { runs: sync.id, job: sync.last_job_id, state: sync.last_state }, (cursor, signal) => read(api.GET("/api/v1/syncs/{sync_id}/runs", { params: { path: { sync_id: sync.id }, query: { limit: 20, cursor } }, signal })));
  return (
    <Panel title={name} onClose={onClose}>
      <div className="space-y-4">
        <Facts rows={[[t("setting"), <code key="s" className="text-caption break-all">{sync.setting_id}</code>], [t("since"), <When key="since" at={sync.since} exact="minute" />], [t("reached"), <When key="r" at={sync.reached_at} exact="minute" />], [t("rulesOf"), t(sync.automations ? "automationsOnText" : "automationsOffText")]]} />
        <h3 className="text-table">{t("runs")}</h3>
        {list.error && <ErrorBox error={list.error} onRetry={() => void list.refetch()} />}
        {list.isPending && !list.error && <Skeleton rows={3} onRetry={() => void list.refetch()} />}
        {list.rows?.length === 0 && <Empty title={t("noRuns")}>{t("noRunsText")}</Empty>}
        <ul className="space-y-3">{list.rows?.map((run) => <li key={run.job_id} className="card p-3"><Run run={run} /></li>)}</ul>
        {list.hasNextPage && <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t("moreRuns")}</Button>}
        <p className="text-caption text-muted">{t("runsLoaded", { loaded: formats.count(list.rows?.length ?? 0), total: formats.count(list.count) })}</p>
      </div>
    </Panel>
  );
}

function Run({ run }: { run: SyncRun }) {
  const t = useHistoryTexts();
  const say = useWords();
  return (
    <div className="space-y-2 text-table">
      <div className="flex flex-wrap items-center justify-between gap-2"><When at={run.started_at} exact="second" /><JobState state={run.state} /></div>
      <p className="text-muted tnum">{t("runSentence", { imported: t("importedN", { count: run.imported }), duplicates: t("duplicatesN", { count: run.duplicates }), failed: t("failedN", { count: run.failed }), pages: t("pagesN", { count: run.pages }) })}</p>
      {run.error && <p className="text-danger-fg">{say(run.error.reason_text) ?? run.error.reason}{run.next_try_at && <> · {t("nextTry")} <When at={run.next_try_at} /></>}</p>}
      {run.warnings.map((one) => <p key={one.reason} className="text-warning-fg">{say(one.reason_text) ?? one.reason}</p>)}
      {run.entries.length > 0 && (
        <details>
          <summary className="cursor-pointer text-caption text-muted">{t("entries", { count: run.entries.length })}</summary>
          <ul className="mt-1 space-y-1 text-caption">{run.entries.map((one) => <li key={one.id}><code className="break-all">{one.id}</code>{` · ${say(one.reason_text) ?? one.reason ?? "—"}`}</li>)}</ul>
        </details>
      )}
    </div>
  );
}
