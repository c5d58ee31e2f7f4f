/** Orders with a PIX code, each with its next reminder; one clock counts all of them down. */
import { createContext, useContext, useState, type ReactNode } from "react";
import { useParams } from "@tanstack/react-router";
import { useMutation } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { refresh } from "../../api/queries";
import type { PixOrder } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useNow } from "../../live/hooks";
import { asMoment } from "../../lib/period";
import { phone } from "../../lib/phone";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { FilterBar } from "../../ui/filters";
import { RowLink } from "../../ui/row-link";
import { Empty, ErrorBox, NoMatch, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { Chip, type Tone } from "../../ui/status";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { countdown } from "./countdown";
import { usePixTexts } from "./texts";

const FILTERS = ["state", "order_id", "phone", "from"];
const TONES: Record<string, Tone> = { pending: "warning", paid: "success", expired: "skipped" };
const Clock = createContext(0);

function Ticking({ children }: { children: ReactNode }) {
  return <Clock value={useNow(1_000)}>{children}</Clock>;
}

function Until({ at }: { at: string }) {
  const now = useContext(Clock);
  const formats = useFormats();
  const moment = new Date(at);
  return <time dateTime={at} title={formats.dateTime(moment, "second")} className="tnum whitespace-nowrap">{countdown(moment.getTime() - now) ?? formats.dateTime(moment)}</time>;
}

export function Orders() {
  const t = usePixTexts();
  const formats = useFormats();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const [search, setSearch] = useUrlState();
  const [cancelling, setCancelling] = useState<PixOrder | null>(null);
  // "all" is what a link from the figures says: every state of its period.
  const values = Object.fromEntries(FILTERS.flatMap((name) => (search[name] && search[name] !== "all" ? [[name, search[name]]] : [])));
  const query = { ...values, ...(values.from ? { from: asMoment(values.from, Math.floor(Date.now() / 60_000) * 60_000) } : {}) };
  const list = useList<PixOrder>("flows", { orders: true, ...values }, (cursor, signal) => read(api.GET("/api/v1/flows/pix/orders", { params: { query: { ...query, limit: 50, cursor } as never }, signal })));
  const clear = () => setSearch(Object.fromEntries(FILTERS.map((name) => [name, undefined])));
  const columns: Column<PixOrder>[] = [
    { key: "order", title: t("order"), gives: true, phone: "main", cell: (row) => (row.event_ids[0] ? <RowLink to={`/c/${company}/events/${row.event_ids[0]}`} className="font-medium hover:underline">{row.order_id}</RowLink> : row.order_id) },
    { key: "customer", title: t("customer"), phone: "sub", cell: (row) => row.customer.name ?? phone(row.customer.phone) },
    { key: "value", title: t("value"), right: true, cell: (row) => formats.money(row.value) },
    { key: "state", title: t("state"), phone: "side", cell: (row) => <Chip tone={TONES[row.state]}>{t(row.state)}</Chip> },
    { key: "made", title: t("generatedAt"), cell: (row) => <When at={row.generated_at} /> },
    { key: "expires", title: t("expires"), phone: "sub", cell: (row) => (row.expires_at && row.state === "pending" ? <Until at={row.expires_at} /> : <When at={row.expires_at} />) },
    { key: "next", title: t("nextReminder"), phone: "sub", cell: (row) => (row.next_reminder ? <Until at={row.next_reminder.due_at} /> : "—") },
    { key: "paid", title: t("paidAt"), cell: (row) => (row.paid_at ? <><When at={row.paid_at} />{` · ${formats.money(row.paid_value)}`}</> : "—") },
    ...(operator ? [{ key: "do", title: "", right: true, phone: "side" as const, cell: (row: PixOrder) => (row.next_reminder ? <Button className="!h-7" onClick={() => setCancelling(row)}>{t("cancelReminder")}</Button> : null) }] : []),
  ];
  return (
    <Ticking>
      <FilterBar values={values} onChange={(name, value) => setSearch({ [name]: value })} onClear={clear} fields={[
        { name: "state", title: t("state"), options: (["pending", "paid", "expired"] as const).map((value) => ({ value, title: t(value) })) },
        { name: "order_id", title: t("order") }, { name: "phone", title: t("phone"), placeholder: "+5511900000000" },
        { name: "from", title: t("period"), options: [{ value: "now-24h", title: t("r24h") }, { value: "now-7d", title: t("r7d") }, { value: "now-30d", title: t("r30d") }] },
      ]} />
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && (Object.keys(values).length ? <NoMatch onClear={clear} /> : <Empty title={t("noOrders")}>{t("noOrdersText")}</Empty>)}
      {list.rows && list.rows.length > 0 && <DataTable label={t("orders")} columns={columns} rows={list.rows} id={(row) => row.order_id} footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />}
      {cancelling && <CancelReminder order={cancelling} onClose={() => setCancelling(null)} />}
    </Ticking>
  );
}

function CancelReminder({ order, onClose }: { order: PixOrder; onClose: () => void }) {
  const t = usePixTexts();
  const words = useErrorText();
  const cancel = useMutation({
    mutationFn: () => read(api.POST("/api/v1/flows/pix/orders/cancel-reminder", { body: { order_id: order.order_id } })),
    onSuccess: (done) => { toast(t("reminderCancelled", { count: done.cases + done.messages.length })); onClose(); },
    onError: (error) => toast(words(error), { bad: true }),
    onSettled: () => refresh("flows"),
  });
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} title={t("cancelTitle", { order: order.order_id })} action={t("cancelReminder")} danger busy={cancel.isPending} onConfirm={() => cancel.mutate()}>
      <p>{`${order.customer.name ?? phone(order.customer.phone)} · `}{order.next_reminder && <>{`${t("wouldGo")} `}<When at={order.next_reminder.due_at} exact="second" /></>}</p>
      <p>{t("cancelText")}</p>
    </Confirm>
  );
}
