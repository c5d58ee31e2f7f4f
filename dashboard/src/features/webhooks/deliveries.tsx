import { useParams } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { useList, type ListPage } from "../../api/lists";
import { key } from "../../api/queries";
import type { DeliveryPage } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { useLive } from "../../live/hooks";
import { useRefetchOn } from "../../live/refetch";
import { Bars } from "../../ui/bars";
import { RowLink } from "../../ui/row-link";
import { Empty, ErrorBox, Skeleton } from "../../ui/states";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { useFormats, When } from "../../ui/when";
import { Verdict } from "./chips";
import { useWebhookTexts } from "./texts";

type Delivery = DeliveryPage["data"][number];

export function Deliveries({ webhookId }: { webhookId: string }) {
  const t = useWebhookTexts();
  const say = useWords();
  const formats = useFormats();
  const { company } = useParams({ strict: false }) as { company: string };
  const path = { webhook_id: webhookId };
  const list = useList<Delivery>("deliveries", { webhookId }, (cursor, signal) => read(api.GET("/api/v1/webhooks/{webhook_id}/deliveries", { params: { path, query: { limit: 100, cursor } }, signal })) as Promise<ListPage<Delivery>>);
  const activity = useQuery({ queryKey: key("webhooks", "activity", webhookId), queryFn: ({ signal }) => read(api.GET("/api/v1/webhooks/{webhook_id}/activity", { params: { path }, signal })) });
  // Further pages stay as they are; the first one follows what comes in.
  const told = useLive<{ today?: { events?: number } }>("metrics")?.today?.events;
  useRefetchOn(list.data?.pages.length === 1 ? told : undefined, ["deliveries"]);
  const event = (row: Delivery) => `/c/${company}/events/${row.event_id}` as string;
  const columns: Column<Delivery>[] = [
    { key: "time", title: t("time"), phone: "sub", cell: (row) => <When at={row.created_at} exact="second" /> },
    { key: "verdict", title: t("verdict"), phone: "side", cell: (row) => <Verdict verdict={row.verdict} /> },
    { key: "type", title: t("type"), phone: "main", cell: (row) => (row.event_id ? <RowLink to={event(row)} className="font-medium hover:underline">{row.event_type ?? t("event")}</RowLink> : row.event_type ?? "—") },
    { key: "signature", title: t("signature"), cell: (row) => (row.signature === "valid" ? t("checked") : row.signature === "imported" ? t("imported") : t("unsigned")) },
    { key: "size", title: t("size"), right: true, phone: "sub", cell: (row) => (row.bytes === null ? t("sameBytes") : formats.bytes(row.bytes)) },
    { key: "reason", title: t("reason"), cell: (row) => <span title={row.reason ?? undefined}>{say(row.reason_text) ?? row.reason ?? "—"}</span> },
  ];
  const refused = activity.data?.refused ?? [];
  return (
    <div className="space-y-4">
      {refused.length > 0 && (
        <section aria-label={t("refusedTitle")} className="card max-w-160 p-4">
          <h2 className="mb-2 text-table text-muted">{t("refusedTitle")}</h2>
          <Bars label={t("refusedTitle")} rows={refused.map((one) => ({ key: one.reason, name: say(one.reason_text) ?? one.reason, value: one.count, text: formats.count(one.count), tone: "var(--series-failed)" }))} />
        </section>
      )}
      {list.error && <ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} />}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && <Empty title={t("noDeliveries")}>{t("noDeliveriesText")}</Empty>}
      {list.rows && list.rows.length > 0 && (
        <DataTable label={t("deliveries")} columns={columns} rows={list.rows} id={(row) => row.id}
          footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.rows.length)} capped={list.hasNextPage} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
      )}
    </div>
  );
}
