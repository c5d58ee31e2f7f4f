import { Link, useParams } from "@tanstack/react-router";
import { api, read } from "../../api/client";
import { download } from "../../api/download";
import { useList } from "../../api/lists";
import { useNames } from "../../api/names";
import type { Message } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { asMoment } from "../../lib/period";
import { phone } from "../../lib/phone";
import { useUrlState } from "../../lib/url";
import { FilterBar } from "../../ui/filters";
import { PageHead } from "../../ui/page";
import { Empty, ErrorBox, NoMatch, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { isStatus, STATUSES, StatusChip } from "../../ui/status";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { useUiTexts } from "../../ui/texts";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { Detail } from "./detail";
import { useMessageTexts } from "./texts";

const NAMED = ["session_id", "rule_id", "campaign_id"] as const;
const FILTERS = ["status", "reason", "phone", ...NAMED, "event_id", "from", "to"];

/** The messages behind a number: of one rule, number or campaign, in one state, in one stretch of time. */
export function Messages() {
  const t = useMessageTexts();
  const ui = useUiTexts();
  const say = useWords();
  const words = useErrorText();
  const formats = useFormats();
  const names = useNames(NAMED);
  const { company } = useParams({ strict: false }) as { company: string };
  const [search, setSearch] = useUrlState();
  const values = Object.fromEntries(FILTERS.flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
  const now = Math.floor(Date.now() / 60_000) * 60_000;
  const query = { ...values, ...(values.from ? { from: asMoment(values.from, now) } : {}), ...(values.to ? { to: asMoment(values.to, now) } : {}) };
  const list = useList("messages", values, (cursor, signal) => read(api.GET("/api/v1/messages", { params: { query: { ...query, limit: 100, cursor } as never }, signal })));
  const clear = () => setSearch(Object.fromEntries(FILTERS.map((name) => [name, undefined])));
  const save = (format: "csv" | "json") => download(`/api/v1/exports/messages.${format}`, query, `messages.${format}`).catch((error: unknown) => toast(words(error), { bad: true }));
  const moment = (value: string) => (/^\d{4}-/.test(value) && !Number.isNaN(Date.parse(value)) ? formats.dateTime(new Date(value)) : value);
  const open = (row: Message) => setSearch({ message: row.id });
  const columns: Column<Message>[] = [
    { key: "time", title: t("time"), cell: (row) => <When at={row.created_at} />, phone: "sub" },
    { key: "status", title: t("status"), phone: "main", cell: (row) => <StatusChip status={row.status} title={say(row.reason_text) ?? row.reason ?? undefined} /> },
    { key: "reason", title: t("reason"), gives: true, cell: (row) => say(row.reason_text) ?? row.reason ?? "—", phone: "sub" },
    { key: "to", title: t("to"), phone: "side", cell: (row) => phone(row.to) },
    { key: "text", title: t("text"), gives: true, cell: (row) => row.text || row.template || row.type },
    { key: "attempt", title: t("attempts"), right: true, cell: (row) => formats.count(row.attempt) },
  ];
  return (
    <>
      <PageHead title={t("title")} count={list.rows ? `${formats.count(list.count)}${list.capped ? "+" : ""}` : undefined} crumb={<Link to={`/c/${company}/events` as string} className="hover:underline">{t("events")}</Link>} />
      <FilterBar
        values={values}
        onChange={(name, value) => setSearch({ [name]: value })}
        onClear={clear}
        fields={[
          { name: "status", title: t("status"), options: STATUSES.map((value) => ({ value, title: ui(value) })), show: (value) => value.split(",").map((one) => (isStatus(one) ? ui(one) : one)).join(" / ") },
          { name: "phone", title: t("phone"), placeholder: "+5511900000000" }, { name: "reason", title: t("reason"), placeholder: "opted_out" },
          { name: "session_id", title: t("number"), other: true, options: names.session_id }, { name: "rule_id", title: t("rule"), other: true, options: names.rule_id },
          { name: "campaign_id", title: t("campaign"), other: true, options: names.campaign_id }, { name: "event_id", title: t("event") },
          { name: "from", title: t("from"), show: moment, options: [{ value: "now-1h", title: t("hour") }, { value: "now-24h", title: t("day") }, { value: "now-7d", title: t("week") }, { value: "now-30d", title: t("month") }] },
          { name: "to", title: t("until"), show: moment, placeholder: "2026-11-22T13:00:00Z" },
        ]}
      />
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && (Object.keys(values).length ? <NoMatch onClear={clear} /> : <Empty title={t("emptyTitle")}>{t("emptyText")}</Empty>)}
      {list.rows && list.rows.length > 0 && (
        <DataTable
          label={t("title")} columns={columns} rows={list.rows} id={(row) => row.id} onOpen={open} selected={search.message ?? ""}
          footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} onExport={(format) => void save(format)} />}
        />
      )}
      {search.message && <Detail id={search.message} onClose={() => setSearch({ message: undefined })} />}
    </>
  );
}
