import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Plus, RefreshCw } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import type { Template } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { FilterBar } from "../../ui/filters";
import { PageHead } from "../../ui/page";
import { Empty, ErrorBox, NoMatch, RefetchBar, Skeleton } from "../../ui/states";
import { Chip, type Tone } from "../../ui/status";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { useFormats, When } from "../../ui/when";
import { Approval } from "./approval";
import { Sync } from "./sync";
import { useTemplateTexts } from "./texts";

export const QUALITY: Record<string, Tone> = { GREEN: "success", YELLOW: "warning", RED: "danger" };
const QUALITY_WORDS = { GREEN: "green", YELLOW: "yellow", RED: "red" } as const;
const FILTERS = ["name", "kind", "category"];

export function Quality({ value }: { value: string | null }) {
  const t = useTemplateTexts();
  if (!value || !(value in QUALITY_WORDS)) return <span>—</span>;
  return <Chip tone={QUALITY[value]}>{t(QUALITY_WORDS[value as keyof typeof QUALITY_WORDS])}</Chip>;
}

export function Templates() {
  const t = useTemplateTexts();
  const formats = useFormats();
  const navigate = useNavigate();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const [search, setSearch] = useUrlState();
  const [syncing, setSyncing] = useState(false);
  const list = useList("templates", {}, (cursor, signal) => read(api.GET("/api/v1/templates", { params: { query: { limit: 200, cursor } }, signal })));
  const values = Object.fromEntries(FILTERS.flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
  const clear = () => setSearch(Object.fromEntries(FILTERS.map((name) => [name, undefined])));
  // The API's list has no filters; what is loaded is looked through.
  const rows = list.rows?.filter((row) => (!values.name || row.name.toLowerCase().includes(values.name.toLowerCase())) && (!values.kind || row.kind === values.kind) && (!values.category || row.category === values.category));
  const columns: Column<Template>[] = [
    { key: "name", title: t("name"), phone: "main", cell: (row) => <Link to={`/c/${company}/templates/${row.id}` as string} className="font-medium hover:underline">{row.name}</Link> },
    { key: "kind", title: t("kind"), phone: "sub", cell: (row) => t(row.kind) },
    { key: "language", title: t("language"), phone: "sub", cell: (row) => row.language },
    { key: "category", title: t("category"), cell: (row) => t(row.category) },
    { key: "approval", title: t("approval"), phone: "side", cell: (row) => <Approval template={row} /> },
    { key: "quality", title: t("quality"), cell: (row) => <Quality value={row.quality} /> },
    { key: "used", title: t("usedIn"), right: true, phone: "sub", cell: (row) => (row.rules === null ? "—" : t("rulesN", { count: row.rules })) },
    { key: "synced", title: t("synced"), cell: (row) => <When at={row.review?.told_at} /> },
  ];
  const create = operator && <Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={() => void navigate({ to: `/c/${company}/templates/new` as string })}>{t("newTemplate")}</Button>;
  return (
    <>
      <PageHead title={t("title")} count={list.rows ? `${formats.count(list.count)}${list.capped ? "+" : ""}` : undefined}>
        {operator && <Button icon={<RefreshCw size={14} aria-hidden />} onClick={() => setSyncing(true)}>{t("sync")}</Button>}
        {create}
      </PageHead>
      <FilterBar values={values} onChange={(name, value) => setSearch({ [name]: value })} onClear={clear} fields={[
        { name: "name", title: t("name") },
        { name: "kind", title: t("kind"), options: (["plain", "meta"] as const).map((value) => ({ value, title: t(value) })) },
        { name: "category", title: t("category"), options: (["utility", "marketing", "authentication"] as const).map((value) => ({ value, title: t(value) })) },
      ]} />
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {rows?.length === 0 && !list.hasNextPage && (Object.keys(values).length ? <NoMatch onClear={clear} /> : <Empty title={t("emptyTitle")} action={create}>{t("emptyText")}</Empty>)}
      {rows && (rows.length > 0 || list.hasNextPage) && (
        <DataTable label={t("title")} columns={columns} rows={rows} id={(row) => row.id} onOpen={(row) => void navigate({ to: `/c/${company}/templates/${row.id}` as string })} footer={<TableFoot loaded={formats.count(rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
      )}
      {syncing && <Sync onClose={() => setSyncing(false)} />}
    </>
  );
}
