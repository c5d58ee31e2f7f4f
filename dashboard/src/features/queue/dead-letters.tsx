/** What could not be sent or understood: by class with advice, as a list, acted on one by one, by choice, or all that match. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { useNames, useNumberNames } from "../../api/names";
import { key } from "../../api/queries";
import type { DeadLetter, Job } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { phone } from "../../lib/phone";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { FilterBar } from "../../ui/filters";
import { NOBODY, type Marked } from "../../ui/marked";
import { Empty, ErrorBox, NoMatch, RefetchBar, Skeleton } from "../../ui/states";
import { Chip } from "../../ui/status";
import { SelectionBar } from "../../ui/selection";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { useFormats, When } from "../../ui/when";
import { ActOn, type Act } from "./act";
import { Classes, type LetterClass } from "./classes";
import { LetterPanel } from "./detail";
import { bulkFilter, FILTERS, filtersOf, isOpenList, listQuery } from "./filters";
import { JobBar } from "./job-bar";
import { useQueueTexts } from "./texts";

const MOST_IDS = 1_000;
const NAMED = ["session_id", "campaign_id", "rule_id"] as const;
const CLASS_NAMES = ["transient", "permanent", "fix", "suppress", "hold", "stop", "unparsed", "failed"] as const;

export function DeadLetters() {
  const t = useQueueTexts();
  const say = useWords();
  const formats = useFormats();
  const name = useNumberNames();
  const names = useNames(NAMED);
  const operator = useMay("operator");
  const [search, setSearch] = useUrlState();
  const [act, setAct] = useState<Act | null>(null);
  const [job, setJob] = useState<Job | null>(null);
  const [marked, setMarked] = useState<Marked>(NOBODY);
  const [everyone, setEveryone] = useState(false);
  const filters = filtersOf(search);
  const open = isOpenList(filters);
  const summary = useQuery({ queryKey: key("dead-letter-summary"), queryFn: ({ signal }) => read(api.GET("/api/v1/dead-letters/summary", { signal })) });
  const list = useList<DeadLetter>("dead-letters", filters, (cursor, signal) => read(api.GET("/api/v1/dead-letters", { params: { query: { ...listQuery(filters, Date.now()), limit: 100, cursor } as never }, signal })));
  const total = `${formats.count(list.count)}${list.capped ? "+" : ""}`;
  const request = () => (everyone ? { filter: bulkFilter(filters, Date.now()) } : { ids: [...marked.ids] });
  const unmark = () => { setMarked(NOBODY); setEveryone(false); };
  const clear = () => { unmark(); setSearch(Object.fromEntries(FILTERS.map((one) => [one, undefined]))); };
  const pick = (one: LetterClass | null) => { unmark(); setSearch({ kind: one?.kind, class: one?.class, code: one?.code ?? undefined }); };
  const picked = (one: LetterClass) => filters.kind === one.kind && filters.class === one.class && (filters.code ?? null) === one.code;
  const ofClass = (action: Act["action"], one: LetterClass) => setAct({ action, request: { filter: { kind: one.kind, class: one.class, ...(one.code ? { code: one.code } : {}) } } });
  const columns: Column<DeadLetter>[] = [
    { key: "time", title: t("time"), phone: "sub", cell: (row) => <When at={row.created_at} /> },
    { key: "kind", title: t("target"), phone: "sub", cell: (row) => (row.to ? phone(row.to) : <Chip>{t(row.kind)}</Chip>) },
    { key: "attempts", title: t("attempts"), right: true, cell: (row) => formats.count(row.attempt) },
    { key: "class", title: t("class"), cell: (row) => t(CLASS_NAMES.find((one) => one === row.class) ?? "failed") },
    { key: "code", title: t("code"), cell: (row) => (row.code ? <code>{row.code}</code> : "—") },
    { key: "reason", title: t("reason"), phone: "main", gives: true, cell: (row) => <button type="button" className="max-w-full truncate text-left font-medium first-letter:uppercase hover:underline" title={row.reason} onClick={() => setSearch({ letter: row.id })}>{say(row.reason_text) ?? row.reason}</button> },
    { key: "number", title: t("number"), cell: (row) => name(row.session_id) ?? "—" },
    { key: "state", title: t("state"), phone: "side", cell: (row) => (row.resolution ? <Chip tone={row.resolution === "discarded" ? "skipped" : "success"}>{t(row.resolution as "retried" | "discarded" | "delivered")}</Chip> : <Chip tone="danger">{t("open")}</Chip>) },
  ];
  // Rows do not move under the pointer: what came since waits for a click.
  const newest = (summary.data?.classes ?? []).filter((one) => (!filters.kind || filters.kind === one.kind) && (!filters.class || filters.class === one.class) && (!filters.code || filters.code === one.code)).reduce((last, one) => (one.newest_at > last ? one.newest_at : last), "");
  const narrow = filters.session_id ?? filters.campaign_id ?? filters.rule_id;
  const more = open && !narrow && list.rows !== undefined && newest > (list.rows[0]?.created_at ?? "");
  const filtered = FILTERS.some((one) => filters[one]);
  return (
    <section aria-labelledby="dead-letters" className="mt-6">
      <h2 id="dead-letters" className="text-card">{t("deadLetters")}<span className="ml-2 text-body font-normal text-faint tnum">{summary.data ? `${formats.count(summary.data.count)}${summary.data.count_capped ? "+" : ""}` : ""}</span></h2>
      {summary.error && <div className="my-3"><ErrorBox error={summary.error} since={summary.data && formats.clock(new Date(summary.dataUpdatedAt), "second")} onRetry={() => void summary.refetch()} /></div>}
      {summary.data && summary.data.classes.length > 0 && <div className="my-3"><Classes classes={summary.data.classes} picked={picked} onPick={pick} onAct={operator ? ofClass : undefined} /></div>}
      <FilterBar
        values={filters as Record<string, string>}
        onChange={(field, value) => { unmark(); setSearch({ [field]: value }); }}
        onClear={clear}
        fields={[
          { name: "class", title: t("class"), options: CLASS_NAMES.map((value) => ({ value, title: t(value) })) }, { name: "code", title: t("code"), placeholder: "131026" },
          { name: "kind", title: t("target"), options: (["message", "event"] as const).map((value) => ({ value, title: t(value) })) },
          { name: "resolved", title: t("state"), options: [{ value: "true", title: t("dealt") }, { value: "all", title: t("all") }] },
          { name: "from", title: t("period"), options: [{ value: "now-1h", title: t("hour") }, { value: "now-24h", title: t("day") }, { value: "now-7d", title: t("week") }, { value: "now-30d", title: t("month") }] },
          { name: "session_id", title: t("number"), other: true, options: names.session_id }, { name: "campaign_id", title: t("campaign"), other: true, options: names.campaign_id }, { name: "rule_id", title: t("rule"), other: true, options: names.rule_id },
        ]}
      />
      <RefetchBar on={list.isFetching && !list.isPending} />
      {job && <JobBar started={job} onClose={() => setJob(null)} />}
      {operator && open && (
        <SelectionBar marked={marked} onChange={setMarked} everyone={everyone} onEveryone={setEveryone} total={total} note={marked.ids.size > MOST_IDS ? t("tooMany") : undefined}>
          {(everyone || marked.ids.size <= MOST_IDS) && <Button className="!h-7" kind="primary" onClick={() => setAct({ action: "retry", request: request() })}>{t("retry")}</Button>}
          {(everyone || marked.ids.size <= MOST_IDS) && <Button className="!h-7" kind="danger" onClick={() => setAct({ action: "discard", request: request() })}>{t("discard")}</Button>}
        </SelectionBar>
      )}
      {more && !list.isFetching && <div className="mb-2 text-center"><Button kind="primary" className="!h-7" onClick={() => void list.refetch()}>{t("newLetters")}</Button></div>}
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && (filtered ? <NoMatch onClear={clear} /> : <Empty kind="good" title={t("noLetters")}>{t("noLettersText")}</Empty>)}
      {list.rows && list.rows.length > 0 && (
        <DataTable
          marking={operator && open ? { marked, onChange: (next) => { setEveryone(false); setMarked(next); }, name: (row) => say(row.reason_text) ?? row.reason } : undefined}
          label={t("deadLetters")} columns={columns} rows={list.rows} id={(row) => row.id} onOpen={(row) => setSearch({ letter: row.id })} selected={search.letter}
          footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
      )}
      {search.letter && <LetterPanel id={search.letter} onClose={() => setSearch({ letter: undefined })} onAct={setAct} />}
      {act && <ActOn act={act} onClose={() => setAct(null)} onStarted={(started) => { setJob(started); unmark(); setSearch({ letter: undefined }); }} />}
    </section>
  );
}
