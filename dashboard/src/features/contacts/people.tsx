import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { ListPlus, Tag } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { download } from "../../api/download";
import { useList } from "../../api/lists";
import type { Contact } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { phone } from "../../lib/phone";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { FilterBar } from "../../ui/filters";
import { NOBODY } from "../../ui/marked";
import { RowLink } from "../../ui/row-link";
import { SelectionBar } from "../../ui/selection";
import { Empty, ErrorBox, NoMatch, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { Change, type ChangeKind } from "./bulk";
import { useLists, useTags } from "./data";
import { asAudience, asQuery, FILTERS, filtersOf } from "./filters";
import { ConsentChip, TagChips, WindowLeft } from "./parts";
import { useContactTexts } from "./texts";

const MOST_IDS = 1_000;

export function People({ onNew }: { onNew?: () => void }) {
  const t = useContactTexts();
  const words = useErrorText();
  const formats = useFormats();
  const navigate = useNavigate();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const [search, setSearch] = useUrlState();
  const [marked, setMarked] = useState(NOBODY);
  const [everyone, setEveryone] = useState(false);
  const [changing, setChanging] = useState<ChangeKind | null>(null);
  const lists = useLists();
  const tags = useTags();
  const filters = filtersOf(search);
  const filtered = Object.keys(filters).length > 0;
  const query = asQuery(filters, Date.now());
  const list = useList("contacts", filters, (cursor, signal) => read(api.GET("/api/v1/contacts", { params: { query: { ...query, limit: 100, cursor } as never }, signal })));
  const forget = () => { setMarked(NOBODY); setEveryone(false); };
  const change = (patch: Record<string, string | undefined>) => { forget(); setSearch(patch); };
  const clear = () => change(Object.fromEntries(FILTERS.map((name) => [name, undefined])));
  const save = (format: "csv" | "json") => download(`/api/v1/exports/contacts.${format}`, query, `contacts.${format}`).catch((error: unknown) => toast(words(error), { bad: true }));
  const total = `${formats.count(list.count)}${list.capped ? "+" : ""}`;
  const audience = asAudience(filters, Date.now());
  const tooMany = !everyone && marked.ids.size > MOST_IDS;
  const path = (row: Contact) => `/c/${company}/contacts/${row.id}` as string;
  const columns: Column<Contact>[] = [
    { key: "name", title: t("name"), phone: "main", cell: (row) => <RowLink to={path(row)} className="font-medium hover:underline">{row.name ?? phone(row.phone ?? row.wa_id)}</RowLink> },
    { key: "phone", title: t("phone"), phone: "sub", cell: (row) => <span className="tnum whitespace-nowrap">{phone(row.phone)}</span> },
    { key: "tags", title: t("tags"), cell: (row) => <TagChips tags={row.tags} /> },
    { key: "consent", title: t("consent"), phone: "side", cell: (row) => <ConsentChip contact={row} /> },
    { key: "last", title: t("lastMessage"), phone: "sub", cell: (row) => <When at={row.last_message_at} /> },
    { key: "window", title: t("window"), cell: (row) => <WindowLeft until={row.window_until} /> },
  ];
  return (
    <>
      <FilterBar
        values={filters as Record<string, string>}
        onChange={(name, value) => change({ [name]: value })}
        onClear={clear}
        fields={[
          { name: "q", title: t("search"), placeholder: t("searchHint") }, { name: "phone", title: t("phone"), placeholder: "+5511900000000" },
          { name: "tag", title: t("tag"), options: tags.data?.data.map((one) => ({ value: one.tag, title: one.tag })) },
          { name: "list_id", title: t("list"), options: lists.data?.data.map((one) => ({ value: one.id, title: one.name })) },
          { name: "opted_out", title: t("optOut"), options: [{ value: "true", title: t("optedOutYes") }, { value: "false", title: t("optedOutNo") }] },
          { name: "from", title: t("since"), options: [{ value: "now-24h", title: t("day") }, { value: "now-7d", title: t("week") }, { value: "now-30d", title: t("month") }] },
          { name: "to", title: t("until"), placeholder: "2026-11-22" },
        ]}
      />
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {operator && (
        <SelectionBar marked={marked} onChange={setMarked} everyone={everyone} onEveryone={setEveryone} total={audience ? total : undefined} note={tooMany ? t("tooMany", { n: formats.count(MOST_IDS) }) : audience ? undefined : t("noEveryone")}>
          <Button icon={<Tag size={14} aria-hidden />} disabled={tooMany} onClick={() => setChanging("add_tags")}>{t("addTag")}</Button>
          <Button disabled={tooMany} onClick={() => setChanging("remove_tags")}>{t("removeTag")}</Button>
          <Button icon={<ListPlus size={14} aria-hidden />} disabled={tooMany} onClick={() => setChanging("add_to_list")}>{t("addToList")}</Button>
          <Button disabled={tooMany} onClick={() => setChanging("remove_from_list")}>{t("removeFromList")}</Button>
        </SelectionBar>
      )}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && !list.hasNextPage && (filtered ? <NoMatch onClear={clear} /> : (
        <Empty title={t("emptyTitle")} action={onNew && <div className="flex flex-wrap justify-center gap-2"><Link to={`/c/${company}/contacts/import` as string} className="control bg-accent text-white">{t("import")}</Link><Button onClick={onNew}>{t("newContact")}</Button></div>}>{t("emptyText")}</Empty>
      ))}
      {list.rows && (list.rows.length > 0 || list.hasNextPage) && (
        <DataTable
          label={t("people")}
          columns={columns}
          rows={list.rows}
          id={(row) => row.id}
          onOpen={(row) => void navigate({ to: path(row) })}
          marking={operator ? { marked, onChange: (next) => { setEveryone(false); setMarked(next); }, name: (row) => row.name ?? phone(row.phone) } : undefined}
          footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} onExport={(format) => void save(format)} />}
        />
      )}
      {changing && <Change kind={changing} whom={everyone && audience ? { filter: audience } : { ids: [...marked.ids] }} onClose={() => setChanging(null)} onDone={forget} />}
      {list.rows && list.rows.length > 0 && <p className="sr-only" role="status">{t("peopleCount", { count: list.count })}</p>}
    </>
  );
}
