import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { refresh } from "../../api/queries";
import type { Alert } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useLive } from "../../live/hooks";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { Menu, MenuItem } from "../../ui/menu";
import { PageHead } from "../../ui/page";
import { Empty, ErrorBox, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { Switch } from "../../ui/switch";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { Detail } from "./detail";
import { AlertForm } from "./form";
import { AlertState } from "./state";
import { useAlertTexts } from "./texts";
import { useAlertWords } from "./words";

const CHANNELS: Record<string, "channel_app" | "channel_webhook" | "channel_whatsapp"> = { app: "channel_app", webhook: "channel_webhook", whatsapp: "channel_whatsapp" };
type Told = Record<string, Pick<Alert, "state" | "value">>;

/** What is watched, whom it tells, and whether it is quiet just now. */
export function Alerts() {
  const t = useAlertTexts();
  const words = useErrorText();
  const formats = useFormats();
  const { sentence, shown } = useAlertWords();
  const operator = useMay("operator");
  const [search, setSearch] = useUrlState();
  const [form, setForm] = useState<Alert | "new" | null>(null);
  const [asking, ask] = useState<Alert | null>(null);
  const told = useLive<{ alerts?: Told }>("alerts")?.alerts ?? {};
  const list = useList("alerts", {}, (cursor, signal) => read(api.GET("/api/v1/alerts", { params: { query: { limit: 100, cursor } }, signal })));
  const rows = list.rows?.map((row) => (told[row.id] ? { ...row, state: told[row.id]!.state, value: told[row.id]!.value } : row));
  const path = (row: Alert) => ({ params: { path: { alert_id: row.id } } });
  const turn = useMutation<unknown, unknown, { row: Alert; active: boolean }>({
    mutationFn: ({ row, active }) => read(api.PATCH("/api/v1/alerts/{alert_id}", { ...path(row), body: { active } as never })),
    onSuccess: (_, { row, active }) => { toast(t(active ? "turnedOn" : "turnedOff", { name: row.name }), { undo: () => turn.mutate({ row, active: !active }) }); refresh("alerts"); },
    onError: (error) => { toast(words(error), { bad: true }); refresh("alerts"); },
  });
  const test = useMutation({
    mutationFn: (row: Alert) => read(api.POST("/api/v1/alerts/{alert_id}/test", path(row))),
    onSuccess: (answer) => toast(answer.channels.length ? t("tested", { channels: answer.channels.map((one) => t(CHANNELS[one] ?? "noChannels")).join(", ") }) : t("noChannels")),
    onError: (error) => toast(words(error), { bad: true }),
  });
  const remove = useMutation({
    mutationFn: (row: Alert) => read(api.DELETE("/api/v1/alerts/{alert_id}", path(row))),
    onSuccess: () => { toast(t("deleted")); ask(null); setSearch({ alert: undefined }); refresh("alerts"); },
    onError: (error) => { toast(words(error), { bad: true }); ask(null); refresh("alerts"); },
  });
  const active = (row: Alert) => (turn.isPending && turn.variables.row.id === row.id ? turn.variables.active : row.active);
  const columns: Column<Alert>[] = [
    { key: "name", title: t("name"), phone: "main", cell: (row) => <span className="font-medium">{row.name}</span> },
    { key: "rule", title: t("rule"), gives: true, phone: "sub", cell: (row) => <span title={sentence(row)}>{sentence(row)}</span> },
    { key: "state", title: t("state"), phone: "side", cell: (row) => <AlertState alert={row} /> },
    { key: "value", title: t("now"), right: true, phone: "sub", cell: (row) => shown(row.metric, row.value) },
    { key: "since", title: t("since"), phone: "sub", cell: (row) => <When at={row.state_since} /> },
    { key: "channels", title: t("channels"), cell: (row) => ([row.channels.app && t("channel_app"), row.channels.webhook && t("channel_webhook"), row.channels.whatsapp && t("channel_whatsapp")].filter(Boolean).join(", ") || t("noChannels")) },
    ...(operator ? [
      { key: "on", title: t("on"), phone: "side" as const, cell: (row: Alert) => <Switch label={`${row.name}: ${t("on")}`} checked={active(row)} onChange={(on) => turn.mutate({ row, active: on })} /> },
      {
        key: "do", title: t("actions"), right: true, phone: "side" as const,
        cell: (row: Alert) => (
          <Menu>
            <MenuItem onSelect={() => setForm(row)}>{t("edit")}</MenuItem>
            <MenuItem onSelect={() => test.mutate(row)}>{t("test")}</MenuItem>
            <MenuItem danger onSelect={() => ask(row)}>{t("delete")}</MenuItem>
          </Menu>
        ),
      },
    ] : []),
  ];
  const add = operator && <Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={() => setForm("new")}>{t("newAlert")}</Button>;
  const opened = rows?.find((one) => one.id === search.alert);
  return (
    <>
      <PageHead title={t("title")} count={rows ? formats.count(list.count) : undefined}>{rows && rows.length > 0 && add}</PageHead>
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton rows={4} onRetry={() => void list.refetch()} />}
      {rows?.length === 0 && <Empty title={t("emptyTitle")} action={add || undefined}>{t("emptyText")}</Empty>}
      {rows && rows.length > 0 && (
        <DataTable label={t("title")} columns={columns} rows={rows} id={(row) => row.id} selected={search.alert ?? ""} onOpen={(row) => setSearch({ alert: row.id })}
          footer={<TableFoot loaded={formats.count(rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
      )}
      {opened && <Detail alert={opened} onClose={() => setSearch({ alert: undefined })} onTest={() => test.mutate(opened)} testing={test.isPending} onEdit={() => setForm(opened)} />}
      {form && <AlertForm alert={form === "new" ? null : form} onClose={() => setForm(null)} />}
      {asking && <Confirm open onOpenChange={() => ask(null)} title={t("deleteTitle", { name: asking.name })} action={t("delete")} danger busy={remove.isPending} onConfirm={() => remove.mutate(asking)}><p>{t("deleteText")}</p></Confirm>}
    </>
  );
}
