/** One line per event that changes in place as it becomes messages. */
import { useNavigate, useParams } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { memo } from "react";
import { useTypeName } from "../../api/catalogue";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import { live, useLiveSlow } from "../../live/hooks";
import { phone } from "../../lib/phone";
import { CodeBlock } from "../../ui/copy";
import { useOnScreen } from "../../ui/on-screen";
import { Card } from "../../ui/page";
import { RowLink } from "../../ui/row-link";
import { Empty } from "../../ui/states";
import { Chip, StatusChip } from "../../ui/status";
import { useFormats } from "../../ui/when";
import { sameItem, type Item } from "./feed-item";
import { useOverviewTexts } from "./texts";

/** Four times a second where one can follow; where more comes than anybody reads, once; out of sight, seldom. */
const READ_MS = 250;
const BUSY_MS = 1_000;
const BUSY_PER_S = 10;
const UNSEEN_MS = 4_000;
const MOST = 60;
const STATES = { processed: "stateProcessed", unparsed: "stateUnparsed", failed: "stateFailed" } as const;

const busy = () => ((live.get("metrics") as { rates?: { events_s?: number } } | undefined)?.rates?.events_s ?? 0) > BUSY_PER_S;

export const Feed = memo(function Feed() {
  const t = useOverviewTexts();
  const navigate = useNavigate();
  const typeName = useTypeName();
  const { company } = useParams({ strict: false }) as { company: string };
  const { ref, on } = useOnScreen<HTMLUListElement>();
  const pace = live.get("events") === undefined ? READ_MS : !on ? UNSEEN_MS : busy() ? BUSY_MS : READ_MS;
  const items = useLiveSlow<{ items?: Item[] }>("events", pace)?.items;
  const open = (target: EventTarget) => {
    const id = target instanceof HTMLElement && !target.closest("a") ? target.closest<HTMLElement>("[data-event]")?.dataset.event : undefined;
    if (id) void navigate({ to: `/c/${company}/events/${id}` as string });
  };
  return (
    <Card title={t("feed")} className="lg:col-span-12 min-[160rem]:col-span-24">
      {items?.length === 0 && <FirstEvent />}
      <ul ref={ref} className="-mx-4 divide-y divide-line" data-feed onClick={(event) => open(event.target)}>
        {items?.slice(0, MOST).map((item) => <Line key={item.id} item={item} to={`/c/${company}/events/${item.id}`} type={item.event_type ? typeName(item.event_type) : t(STATES[item.state as "failed"] ?? "stateProcessed")} />)}
      </ul>
    </Card>
  );
});

const Line = memo(function Line({ item, to, type }: { item: Item; to: string; type: string }) {
  const t = useOverviewTexts();
  const formats = useFormats();
  return (
    <li data-event={item.id} className="grid min-h-10 grid-cols-[auto_1fr] items-center gap-x-3 gap-y-1 px-4 py-1.5 text-table hover:bg-sunken sm:grid-cols-[88px_220px_1fr_110px_minmax(150px,auto)]">
      <span className="text-caption text-muted tnum">{formats.clock(new Date(item.created_at), "second")}</span>
      <RowLink to={to} title={item.event_type} className="truncate font-medium hover:underline">{type}</RowLink>
      <span className="hidden truncate text-muted sm:block">{[item.customer_name, item.customer_phone && phone(item.customer_phone)].filter(Boolean).join(" · ")}</span>
      <span className="hidden text-right tnum sm:block">{item.order_value ? formats.money(item.order_value) : ""}</span>
      <span className="col-span-2 flex flex-wrap items-center justify-end gap-2 sm:col-span-1">
        {item.messages.length === 0 && <Chip tone="skipped">{t("unmatched")}</Chip>}
        {item.messages.map((message) => <Step key={message.id} message={message} begun={item.created_at} />)}
      </span>
    </li>
  );
}, (before, now) => before.to === now.to && before.type === now.type && sameItem(before.item, now.item));

function Step({ message, begun }: { message: Item["messages"][number]; begun: string }) {
  const { count } = useFormats();
  const ms = message.at_ms ? message.at_ms - Date.parse(begun) : null;
  return <span className="flex items-center gap-1.5">{ms !== null && ms >= 0 && <span className="text-caption text-faint tnum">{`+${count(ms)} ms`}</span>}<StatusChip status={message.status} /></span>;
}

function FirstEvent() {
  const t = useOverviewTexts();
  const { company } = useParams({ strict: false }) as { company: string };
  const { data } = useQuery({ queryKey: key("webhooks", "first"), queryFn: ({ signal }) => read(api.GET("/api/v1/webhooks", { params: { query: { limit: 1 } }, signal })) });
  const url = data?.data[0]?.url ?? `${location.origin}/webhooks/incoming/${company}`;
  const body = '{"event":"order_approved","id":"teste-1","customer":{"name":"Ana","phone":"+5511900000001"},"order_id":"1001","value":"97.00"}';
  return <Empty title={t("feedEmpty")}><p>{t("feedEmptyText")}</p><CodeBlock label={t("curl")} text={`curl -X POST '${url}' \\\n  -H 'content-type: application/json' \\\n  -d '${body}'`} /></Empty>;
}
