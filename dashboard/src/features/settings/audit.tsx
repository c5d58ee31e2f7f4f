import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { key } from "../../api/queries";
import type { AuditEntry } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { asMoment } from "../../lib/period";
import { useUrlState } from "../../lib/url";
import type { FilterField } from "../../ui/filter-values";
import { FilterBar } from "../../ui/filters";
import { Facts } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { Empty, ErrorBox, NoMatch, RefetchBar, Skeleton } from "../../ui/states";
import { Chip } from "../../ui/status";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { useFormats, When } from "../../ui/when";
import { lines, type Change } from "./audit-diff";
import { KINDS } from "./audit-kinds";
import { useSettingsTexts } from "./texts";

const FILTERS = ["operation", "object_kind", "object_id", "actor_id", "from"];

export function Audit() {
  const t = useSettingsTexts();
  const say = useWords();
  const formats = useFormats();
  const [search, setSearch] = useUrlState();
  const values = Object.fromEntries(FILTERS.flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
  const known = useQuery({ queryKey: key("audit", "operations"), staleTime: Infinity, queryFn: ({ signal }) => read(api.GET("/api/v1/audit/operations", { signal })) });
  const people = useQuery({ queryKey: key("users", "for-audit"), queryFn: ({ signal }) => read(api.GET("/api/v1/users", { params: { query: { limit: 100 } }, signal })) });
  const query = { ...values, ...(values.from ? { from: asMoment(values.from, Math.floor(Date.now() / 60_000) * 60_000) } : {}) };
  const list = useList<AuditEntry>("audit", values, (cursor, signal) => read(api.GET("/api/v1/audit", { params: { query: { ...query, limit: 100, cursor } as never }, signal })));
  const operations = known.data?.data;
  const name = (operation: string) => say(operations?.find((one) => one.operation === operation)?.label) ?? operation;
  const kinds = useMemo(() => [...new Set((operations ?? []).flatMap((one) => (one.object_kind ? [one.object_kind] : [])))].sort(), [operations]);
  const fields: FilterField[] = [
    ...(people.data ? [{ name: "actor_id", title: t("who"), options: people.data.data.map((one) => ({ value: one.id, title: one.email })) }] : [{ name: "actor_id", title: t("who") }]),
    { name: "object_kind", title: t("objectKind"), ...(kinds.length ? { options: kinds.map((value) => ({ value, title: say(KINDS[value]) ?? value })) } : {}) },
    { name: "operation", title: t("operation"), ...(operations ? { options: operations.map((one) => ({ value: one.operation, title: say(one.label) ?? one.operation })) } : {}) },
    { name: "object_id", title: t("objectId"), placeholder: "0199…" },
    { name: "from", title: t("period"), options: [{ value: "now-24h", title: t("day") }, { value: "now-7d", title: t("week") }, { value: "now-30d", title: t("month") }] },
  ];
  const clear = () => setSearch(Object.fromEntries(FILTERS.map((name) => [name, undefined])));
  const columns: Column<AuditEntry>[] = [
    { key: "at", title: t("when"), phone: "sub", cell: (row) => <When at={row.at} /> },
    { key: "who", title: t("who"), phone: "sub", cell: (row) => <Actor entry={row} /> },
    { key: "what", title: t("operation"), gives: true, phone: "main", cell: (row) => <span className="font-medium" title={row.operation}>{name(row.operation)}</span> },
    { key: "object", title: t("object"), gives: true, phone: "sub", cell: (row) => (row.object.kind ? `${say(KINDS[row.object.kind]) ?? row.object.kind} ${row.object.name ?? row.object.id?.slice(0, 8) ?? ""}` : "—") },
    { key: "changes", title: t("changes"), gives: true, cell: (row) => <span title={row.changes.map((one) => one.field).join(", ")}>{row.changes.length ? row.changes.map((one) => one.field).join(", ") : "—"}</span> },
    { key: "outcome", title: t("outcome"), phone: "side", cell: (row) => <Chip tone={row.outcome === "done" ? "success" : "uncertain"}>{t(row.outcome === "done" ? "outcomeDone" : "outcomeUnknown")}</Chip> },
    { key: "ip", title: t("address"), cell: (row) => <code className="text-caption">{row.address ?? "—"}</code> },
  ];
  const shown = list.rows?.find((row) => row.id === search.entry);
  return (
    <>
      <FilterBar fields={fields} values={values} onChange={(name, value) => setSearch({ [name]: value })} onClear={clear} />
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} />}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && (Object.keys(values).length ? <NoMatch onClear={clear} /> : <Empty title={t("auditEmpty")}>{t("auditEmptyText")}</Empty>)}
      {list.rows && list.rows.length > 0 && (
        <DataTable label={t("audit")} columns={columns} rows={list.rows} id={(row) => row.id} selected={search.entry} onOpen={(row) => setSearch({ entry: row.id })} footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
      )}
      {shown && <Entry entry={shown} onClose={() => setSearch({ entry: undefined })} onFilter={(change) => setSearch({ entry: undefined, ...change })} title={name(shown.operation)} />}
    </>
  );
}

function Actor({ entry }: { entry: AuditEntry }) {
  const t = useSettingsTexts();
  const { actor } = entry;
  return <span>{actor.kind === "command_line" ? t("commandLine") : actor.kind === "api_key" ? `${t("key")} ${actor.name ?? ""}` : actor.name ?? "—"}</span>;
}

function Entry({ entry, title, onClose, onFilter }: { entry: AuditEntry; title: string; onClose: () => void; onFilter: (change: Record<string, string>) => void }) {
  const t = useSettingsTexts();
  const say = useWords();
  const changes = lines(entry.changes as Change[]);
  return (
    <Panel title={title} onClose={onClose}>
      <div className="space-y-4">
        <Facts
          rows={[
            [t("when"), <When key="at" at={entry.at} exact="ms" />],
            [t("who"), <span key="who" className="flex flex-wrap items-center gap-2"><Actor entry={entry} />{entry.actor.id && <button type="button" className="text-accent-fg underline" onClick={() => onFilter({ actor_id: entry.actor.id! })}>{t("onlyThis")}</button>}</span>],
            [t("object"), <span key="what" className="flex flex-wrap items-center gap-2">{entry.object.kind ? `${say(KINDS[entry.object.kind]) ?? entry.object.kind} ${entry.object.name ?? ""}` : "—"}{entry.object.id && <><code className="text-caption">{entry.object.id}</code><button type="button" className="text-accent-fg underline" onClick={() => onFilter({ object_id: entry.object.id! })}>{t("onlyThis")}</button></>}</span>],
            [t("operation"), <code key="op" className="text-caption">{entry.operation}</code>],
            [t("outcome"), entry.outcome === "done" ? t("outcomeDone") : t("outcomeUnknownText")],
            [t("address"), <code key="ip" className="text-caption">{entry.address ?? "—"}</code>],
            [t("request"), <code key="id" className="text-caption">{entry.request_id ?? "—"}</code>],
          ]}
        />
        <h3 className="text-table">{t("changes")}</h3>
        {changes.length === 0 && <p className="text-table text-muted">{t("noChanges")}</p>}
        <ul className="space-y-3">
          {changes.map((line) => (
            <li key={line.field} className="text-table">
              <code className="text-caption font-medium">{line.field}</code>
              {line.hidden ? <p className="text-muted">{t("hiddenChange")}</p> : (
                <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-3 gap-y-1">
                  <dt className="text-muted">{t("before")}</dt>
                  <dd className="min-w-0">{line.before === null ? "—" : <del className="block rounded bg-danger-soft px-2 py-1 break-words whitespace-pre-wrap text-danger-fg no-underline">{line.before}</del>}</dd>
                  <dt className="text-muted">{t("after")}</dt>
                  <dd className="min-w-0">{line.after === null ? "—" : <ins className="block rounded bg-success-soft px-2 py-1 break-words whitespace-pre-wrap text-success-fg no-underline">{line.after}</ins>}</dd>
                </dl>
              )}
            </li>
          ))}
        </ul>
      </div>
    </Panel>
  );
}
