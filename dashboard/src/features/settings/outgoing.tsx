import { Plus } from "lucide-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { refresh } from "../../api/queries";
import type { OutgoingWebhook } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { Menu, MenuItem, MenuLine } from "../../ui/menu";
import { SecretOnce } from "../../ui/secret";
import { Empty, ErrorBox, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { Chip } from "../../ui/status";
import { Switch } from "../../ui/switch";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { Deliveries } from "./deliveries";
import { OutgoingForm } from "./outgoing-form";
import { DeleteOutgoing, RotateSecret } from "./outgoing-confirms";
import { useSettingsTexts } from "./texts";

type Doing = { what: "edit" | "delete" | "rotate"; row: OutgoingWebhook };

export function Outgoing() {
  const t = useSettingsTexts();
  const say = useWords();
  const words = useErrorText();
  const formats = useFormats();
  const owner = useMay("owner");
  const operator = useMay("operator");
  const [search, setSearch] = useUrlState();
  const [making, setMaking] = useState(false);
  const [doing, setDoing] = useState<Doing | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const list = useList("outgoing-webhooks", {}, (cursor, signal) => read(api.GET("/api/v1/outgoing-webhooks", { params: { query: { limit: 100, cursor } }, signal })));
  const path = (row: OutgoingWebhook) => ({ params: { path: { outgoing_webhook_id: row.id } } });
  const flip = useMutation({
    mutationFn: ({ row, on }: { row: OutgoingWebhook; on: boolean }) => read(on ? api.POST("/api/v1/outgoing-webhooks/{outgoing_webhook_id}/enable", path(row)) : api.POST("/api/v1/outgoing-webhooks/{outgoing_webhook_id}/disable", path(row))),
    onSuccess: (made, { row, on }) => { refresh("outgoing-webhooks"); toast(t(on ? "outEnabled" : "outDisabled", { name: made.name }), { undo: () => flip.mutate({ row, on: !on }) }); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  const test = useMutation({
    mutationFn: (row: OutgoingWebhook) => read(api.POST("/api/v1/outgoing-webhooks/{outgoing_webhook_id}/test", path(row))),
    onSuccess: (made, row) => { toast(t("testQueued")); refresh("outgoing-deliveries"); setSearch({ webhook: row.id, delivery: made.id }); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  const columns: Column<OutgoingWebhook>[] = [
    { key: "name", title: t("name"), phone: "main", cell: (row) => <span className="font-medium">{row.name}</span> },
    { key: "url", title: t("url"), gives: true, phone: "sub", cell: (row) => <code className="text-caption" title={row.url}>{row.url}</code> },
    { key: "types", title: t("tells"), cell: (row) => <span title={row.event_types.join(", ")}>{t("typesOf", { count: row.event_types.length })}</span> },
    {
      key: "state", title: t("state"), phone: "side",
      cell: (row) => (row.disabled_reason ? <Chip tone="danger" title={say(row.disabled_reason_text) ?? row.disabled_reason}>{t("disabledBecause", { reason: say(row.disabled_reason_text) ?? row.disabled_reason })}</Chip>
        : row.failing_since ? <Chip tone="warning">{t("failing")}</Chip> : <Chip tone={row.active ? "success" : "skipped"}>{row.active ? t("inUse") : t("outOfUse")}</Chip>),
    },
    { key: "good", title: t("lastTaken"), phone: "sub", cell: (row) => <When at={row.last_success_at} /> },
    { key: "bad", title: t("lastRefused"), cell: (row) => <When at={row.last_failure_at} /> },
    ...(operator ? [{ key: "active", title: t("active"), cell: (row: OutgoingWebhook) => <Switch checked={row.active} label={`${t("active")}: ${row.name}`} onChange={(on) => flip.mutate({ row, on })} /> }] : []),
    {
      key: "menu", title: "", right: true, phone: "side",
      cell: (row) => (
        <Menu>
          <MenuItem onSelect={() => setSearch({ webhook: row.id })}>{t("deliveries")}</MenuItem>
          {operator && <MenuItem onSelect={() => test.mutate(row)}>{t("test")}</MenuItem>}
          {owner && <><MenuItem onSelect={() => setDoing({ what: "edit", row })}>{t("edit")}</MenuItem><MenuItem onSelect={() => setDoing({ what: "rotate", row })}>{t("rotate")}</MenuItem><MenuLine /><MenuItem danger onSelect={() => setDoing({ what: "delete", row })}>{t("remove")}</MenuItem></>}
        </Menu>
      ),
    },
  ];
  const shown = list.rows?.find((row) => row.id === search.webhook);
  const add = owner && <Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={() => setMaking(true)}>{t("newOutgoing")}</Button>;
  return (
    <>
      <div className="flex flex-wrap items-center gap-3"><p className="min-w-0 max-w-[72ch] grow text-muted">{t("outgoingText")}</p>{add}</div>
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} />}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && <Empty title={t("outgoingEmpty")} action={add}>{t("outgoingText")}</Empty>}
      {list.rows && list.rows.length > 0 && (
        <DataTable label={t("outgoing")} columns={columns} rows={list.rows} id={(row) => row.id} selected={search.webhook} onOpen={(row) => setSearch({ webhook: row.id })} footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
      )}
      {(making || doing?.what === "edit") && <OutgoingForm of={doing?.row} onClose={() => { setMaking(false); setDoing(null); }} onSecret={setSecret} />}
      {doing?.what === "delete" && <DeleteOutgoing of={doing.row} onClose={() => setDoing(null)} />}
      {doing?.what === "rotate" && <RotateSecret of={doing.row} onClose={() => setDoing(null)} onSecret={setSecret} />}
      {secret && <SecretOnce title={t("secretTitle")} secrets={[{ label: t("secret"), text: secret }]} onClose={() => setSecret(null)}>{t("secretText")}</SecretOnce>}
      {shown && <Deliveries of={shown} onTest={operator ? () => test.mutate(shown) : undefined} testing={test.isPending} />}
    </>
  );
}
