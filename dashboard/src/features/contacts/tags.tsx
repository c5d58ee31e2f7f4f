import { Link, useParams } from "@tanstack/react-router";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import type { Tag } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { Menu, MenuItem } from "../../ui/menu";
import { Empty, ErrorBox, RefetchBar, Skeleton } from "../../ui/states";
import { Chip } from "../../ui/status";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { useFormats } from "../../ui/when";
import { Change, type ChangeKind } from "./bulk";
import { upTo } from "./data";
import { useContactTexts } from "./texts";

/** Tags exist as long as somebody has them: one is taken away from all of its people, or they are put into a list. */
export function Tags() {
  const t = useContactTexts();
  const formats = useFormats();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const [changing, change] = useState<{ tag: string; kind: ChangeKind } | null>(null);
  const tags = useInfiniteQuery({
    queryKey: key("tags", "list"),
    queryFn: ({ pageParam, signal }) => read(api.GET("/api/v1/tags", { params: { query: (pageParam ? { after: pageParam } : {}) as never }, signal })),
    initialPageParam: "",
    getNextPageParam: (last) => (last.more ? last.data.at(-1)?.tag : undefined),
  });
  const rows = tags.data?.pages.flatMap((page) => page.data);
  const link = (row: Tag, text: React.ReactNode) => <Link to={`/c/${company}/contacts` as string} search={{ tag: row.tag } as never} className="hover:underline">{text}</Link>;
  const columns: Column<Tag>[] = [
    { key: "tag", title: t("tag"), phone: "main", cell: (row) => link(row, <Chip>{row.tag}</Chip>) },
    { key: "contacts", title: t("people"), right: true, phone: "side", cell: (row) => link(row, <span className="inline-flex min-h-6 min-w-6 items-center justify-end underline">{upTo(row.contacts, row.contacts_capped, formats.count)}</span>) },
    ...(operator ? [{ key: "menu", title: t("actions"), right: true, phone: "side" as const, cell: (row: Tag) => <Menu><MenuItem onSelect={() => change({ tag: row.tag, kind: "add_to_list" })}>{t("addToList")}</MenuItem><MenuItem onSelect={() => change({ tag: row.tag, kind: "add_tags" })}>{t("addTag")}</MenuItem><MenuItem danger onSelect={() => change({ tag: row.tag, kind: "remove_tags" })}>{t("removeTag")}</MenuItem></Menu> }] : []),
  ];
  return (
    <>
      <RefetchBar on={tags.isFetching && !tags.isPending} />
      {tags.error && <div className="mb-3"><ErrorBox error={tags.error} since={rows && formats.clock(new Date(tags.dataUpdatedAt))} onRetry={() => void tags.refetch()} /></div>}
      {tags.isPending && !tags.error && <Skeleton onRetry={() => void tags.refetch()} />}
      {rows?.length === 0 && <Empty title={t("noTagsTitle")}>{t("noTagsText")}</Empty>}
      {rows && rows.length > 0 && (
        <DataTable label={t("tags")} columns={columns} rows={rows} id={(row) => row.tag} footer={<TableFoot loaded={formats.count(rows.length)} total={formats.count(rows.length)} capped={tags.hasNextPage} busy={tags.isFetchingNextPage} onMore={tags.hasNextPage ? () => void tags.fetchNextPage() : undefined} />} />
      )}
      {changing && <Change kind={changing.kind} whom={{ filter: { tags: { any: [changing.tag] } } }} tag={changing.kind === "remove_tags" ? changing.tag : undefined} onClose={() => change(null)} onDone={() => undefined} />}
    </>
  );
}
