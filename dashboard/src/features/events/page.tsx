import { useNavigate, useParams } from "@tanstack/react-router";
import { useEventTypes, useTypeName } from "../../api/catalogue";
import { api, read } from "../../api/client";
import { download } from "../../api/download";
import { useList } from "../../api/lists";
import type { EventSummary } from "../../api/schema.gen";
import { asMoment } from "../../lib/period";
import { phone } from "../../lib/phone";
import { useUrlState } from "../../lib/url";
import { FilterBar } from "../../ui/filters";
import { PageHead } from "../../ui/page";
import { RowLink } from "../../ui/row-link";
import { Empty, ErrorBox, NoMatch, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { Chip, type Tone } from "../../ui/status";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { useEventTexts } from "./texts";

const FILTERS = ["event_type", "source", "state", "phone", "order_id", "external_id", "payload", "webhook_id", "from", "to"];
export const STATE_TONES: Record<string, Tone> = { processed: "success", unparsed: "warning", failed: "danger" };

function isJson(text: string): boolean {
  try { JSON.parse(text); return true; } catch { return false; }
}

export function Events() {
  const t = useEventTexts();
  const typeName = useTypeName();
  const types = useEventTypes();
  const words = useErrorText();
  const formats = useFormats();
  const navigate = useNavigate();
  const { company } = useParams({ strict: false }) as { company: string };
  const [search, setSearch] = useUrlState();
  const values = Object.fromEntries(FILTERS.flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
  const badJson = values.payload !== undefined && !isJson(values.payload);
  const query = { ...values, ...(values.from ? { from: asMoment(values.from, Math.floor(Date.now() / 60_000) * 60_000) } : {}), ...(values.to ? { to: asMoment(values.to, Date.now()) } : {}), ...(badJson ? { payload: undefined } : {}) };
  const list = useList("events", values, (cursor, signal) => read(api.GET("/api/v1/events", { params: { query: { ...query, limit: 100, cursor } as never }, signal })));
  const moment = (value: string) => (/^\d{4}-/.test(value) && !Number.isNaN(Date.parse(value)) ? formats.dateTime(new Date(value)) : value);
  const clear = () => setSearch(Object.fromEntries(FILTERS.map((name) => [name, undefined])));
  const save = (format: "csv" | "json") => download(`/api/v1/exports/events.${format}`, query, `events.${format}`).catch((error: unknown) => toast(words(error), { bad: true }));
  const columns: Column<EventSummary>[] = [
    { key: "time", title: t("time"), cell: (row) => <When at={row.created_at} />, phone: "sub" },
    { key: "type", title: t("type"), phone: "main", cell: (row) => <RowLink to={`/c/${company}/events/${row.id}`} title={row.event_type ?? undefined} className="font-medium hover:underline">{row.event_type ? typeName(row.event_type) : "—"}</RowLink> },
    { key: "source", title: t("source"), cell: (row) => row.source },
    { key: "customer", title: t("customer"), phone: "sub", cell: (row) => row.customer.name ?? phone(row.customer.phone) },
    { key: "order", title: t("order"), gives: true, cell: (row) => <span title={row.order_id ?? undefined}>{row.order_id ?? "—"}</span> },
    { key: "value", title: t("value"), right: true, cell: (row) => formats.money(row.order_value) },
    { key: "state", title: t("state"), phone: "side", cell: (row) => <Chip tone={STATE_TONES[row.state]}>{t(row.state)}</Chip> },
  ];
  return (
    <>
      <PageHead title={t("title")} count={list.rows ? `${formats.count(list.count)}${list.capped ? "+" : ""}` : undefined} />
      <FilterBar
        values={values}
        onChange={(name, value) => setSearch({ [name]: value })}
        onClear={clear}
        fields={[
          { name: "event_type", title: t("type"), placeholder: "pix_created", suggestions: types, show: typeName }, { name: "source", title: t("source") },
          { name: "state", title: t("state"), options: ["processed", "unparsed", "failed"].map((value) => ({ value, title: t(value as "processed") })) },
          { name: "phone", title: t("phone"), placeholder: "+5511900000000" }, { name: "order_id", title: t("order") }, { name: "external_id", title: t("external") },
          { name: "payload", title: t("json"), placeholder: '{"status":"paid"}' },
          { name: "from", title: t("period"), show: moment, options: [{ value: "now-1h", title: t("hour") }, { value: "now-24h", title: t("day") }, { value: "now-7d", title: t("week") }, { value: "now-30d", title: t("month") }] },
          { name: "to", title: t("until"), show: moment, placeholder: "2026-11-22T13:00:00Z" },
        ]}
      />
      <RefetchBar on={list.isFetching && !list.isPending} />
      {badJson && <p role="alert" className="mb-2 text-table text-danger-fg">{t("jsonWrong", { text: values.payload! })}</p>}
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && (Object.keys(values).length ? <NoMatch onClear={clear} /> : <Empty title={t("emptyTitle")}>{t("emptyText")}</Empty>)}
      {list.rows && list.rows.length > 0 && (
        <DataTable
          label={t("title")}
          columns={columns}
          rows={list.rows}
          id={(row) => row.id}
          onOpen={(row) => void navigate({ to: `/c/${company}/events/${row.id}` as string })}
          footer={
            <TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} onExport={(format) => void save(format)} />
          }
        />
      )}
    </>
  );
}
