/** Who sends data here, and whether it arrives intact. */
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useMutation, type InfiniteData } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { useList, type ListPage } from "../../api/lists";
import { key, queries, refresh } from "../../api/queries";
import type { WebhookWithActivity } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useLive } from "../../live/hooks";
import { useRefetchOn } from "../../live/refetch";
import { Button } from "../../ui/button";
import { CopyButton } from "../../ui/copy";
import { Menu, MenuItem, MenuLine } from "../../ui/menu";
import { PageHead } from "../../ui/page";
import { Spark } from "../../ui/spark";
import { Empty, ErrorBox, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { Switch } from "../../ui/switch";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { SchemeChip } from "./chips";
import { Editor } from "./editor";
import { Remove } from "./remove";
import { Rotate } from "./rotate";
import { useWebhookTexts } from "./texts";

type Asked = { what: "edit" | "rotate" | "remove"; webhook: WebhookWithActivity } | { what: "new" };

/** On and off at once; refused, it goes back. */
export function useSwitch() {
  const t = useWebhookTexts();
  const words = useErrorText();
  const show = (id: string, active: boolean) => {
    queries.setQueriesData<InfiniteData<ListPage<WebhookWithActivity>>>({ queryKey: key("webhooks", "list") }, (now) => now && { ...now, pages: now.pages.map((page) => ({ ...page, data: page.data.map((one) => (one.id === id ? { ...one, active } : one)) })) });
    queries.setQueryData<WebhookWithActivity>(key("webhooks", "one", id), (now) => now && { ...now, active });
  };
  const change = useMutation({
    mutationFn: ({ webhook, on }: { webhook: { id: string; name: string }; on: boolean; undoing?: boolean }) => {
      const path = { params: { path: { webhook_id: webhook.id } } };
      return read(on ? api.POST("/api/v1/webhooks/{webhook_id}/activate", path) : api.POST("/api/v1/webhooks/{webhook_id}/deactivate", path));
    },
    onMutate: ({ webhook, on }) => show(webhook.id, on),
    onSuccess: (_, { webhook, on, undoing }) => {
      if (!undoing) toast(t(on ? "activated" : "deactivated", { name: webhook.name }), { undo: () => change.mutate({ webhook, on: !on, undoing: true }) });
      refresh("webhooks");
    },
    onError: (error, { webhook, on }) => { show(webhook.id, !on); toast(words(error), { bad: true }); },
  });
  return change.mutate;
}

export function Webhooks() {
  const t = useWebhookTexts();
  const formats = useFormats();
  const navigate = useNavigate();
  const { company } = useParams({ strict: false }) as { company: string };
  const owner = useMay("owner");
  const operator = useMay("operator");
  const [asked, ask] = useState<Asked | null>(null);
  const flip = useSwitch();
  useRefetchOn(useLive<{ today?: { events?: number } }>("metrics")?.today?.events, ["webhooks"]);
  const list = useList<WebhookWithActivity>("webhooks", {}, (cursor, signal) => read(api.GET("/api/v1/webhooks", { params: { query: { limit: 100, cursor } }, signal })));
  const to = (id: string) => `/c/${company}/webhooks/${id}` as string;
  const columns: Column<WebhookWithActivity>[] = [
    { key: "name", title: t("name"), phone: "main", cell: (row) => <span className="flex min-w-0 flex-col"><Link to={to(row.id)} className="truncate font-medium hover:underline">{row.name}</Link><span className="truncate text-caption text-muted">{row.source}</span></span> },
    { key: "url", title: t("url"), cell: (row) => (row.url ? <span className="flex items-center gap-1"><code className="max-w-40 truncate text-caption 2xl:max-w-96" title={row.url}>{row.url}</code><CopyButton text={row.url} /></span> : <span className="text-caption text-muted">{t("urlHidden")}</span>) },
    { key: "auth", title: t("signature"), phone: "sub", cell: (row) => <SchemeChip auth={row.auth} token={row.token} /> },
    { key: "active", title: t("active"), phone: "side", cell: (row) => (operator ? <Switch checked={row.active} label={t("activeOf", { name: row.name })} onChange={(on) => flip({ webhook: row, on })} /> : t(row.active ? "yes" : "no")) },
    { key: "last", title: t("lastDelivery"), phone: "sub", cell: (row) => <When at={row.activity.last_delivery_at} /> },
    { key: "day", title: t("day"), cell: (row) => { const n = row.activity.by_hour.reduce((sum, one) => sum + one, 0); return <span className="flex items-center gap-2"><span className="w-14 shrink-0"><Spark values={row.activity.by_hour} /></span><span className="tnum">{formats.count(n)}</span></span>; } },
    { key: "errors", title: t("errors"), right: true, phone: "sub", cell: (row) => { const n = row.activity.last_24h.refused + row.activity.last_24h.unparsed; return <Link to={to(row.id)} className={n ? "text-danger-fg hover:underline" : "text-muted"}>{formats.count(n)}</Link>; } },
  ];
  if (owner)
    columns.push({
      key: "menu", title: t("actions"), right: true, phone: "side",
      cell: (row) => (
        <Menu>
          <MenuItem onSelect={() => ask({ what: "edit", webhook: row })}>{t("edit")}</MenuItem>
          {(row.auth.scheme !== "none" || row.token) && <MenuItem onSelect={() => ask({ what: "rotate", webhook: row })}>{t("rotate")}</MenuItem>}
          <MenuLine />
          <MenuItem danger onSelect={() => ask({ what: "remove", webhook: row })}>{t("remove")}</MenuItem>
        </Menu>
      ),
    });
  const add = owner && <Button kind="primary" icon={<Plus size={16} aria-hidden />} onClick={() => ask({ what: "new" })}>{t("add")}</Button>;
  return (
    <>
      <PageHead title={t("title")} count={list.rows ? formats.count(list.count) : undefined}>{add}</PageHead>
      <RefetchBar on={list.isFetching && !list.isPending && list.isPlaceholderData} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && <Empty title={t("emptyTitle")} action={add}>{t("emptyText")}</Empty>}
      {list.rows && list.rows.length > 0 && (
        <DataTable label={t("title")} columns={columns} rows={list.rows} id={(row) => row.id} onOpen={(row) => void navigate({ to: to(row.id) })}
          footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
      )}
      {(asked?.what === "new" || asked?.what === "edit") && <Editor webhook={asked.what === "edit" ? asked.webhook : null} onClose={() => ask(null)} />}
      {asked?.what === "rotate" && <Rotate webhook={asked.webhook} onClose={() => ask(null)} />}
      {asked?.what === "remove" && <Remove webhook={asked.webhook} onClose={() => ask(null)} onRemoved={() => ask(null)} />}
    </>
  );
}
