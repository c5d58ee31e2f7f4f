/** One line per event that changes in place as it becomes messages. */
import { useNavigate, useParams, Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import { useLive } from "../../live/hooks";
import { phone } from "../../lib/phone";
import { CodeBlock } from "../../ui/copy";
import { Card } from "../../ui/page";
import { Empty } from "../../ui/states";
import { Chip, StatusChip } from "../../ui/status";
import { useFormats } from "../../ui/when";
import { useOverviewTexts } from "./texts";

interface Item { id: string; event_type?: string; source?: string; state: string; customer_name?: string; customer_phone?: string; order_value?: string; created_at: string; messages: { id: string; status: string; at_ms?: number }[] }

export function Feed() {
  const t = useOverviewTexts();
  const formats = useFormats();
  const navigate = useNavigate();
  const { company } = useParams({ strict: false }) as { company: string };
  const feed = useLive<{ items?: Item[] }>("events");
  const items = feed?.items;
  return (
    <Card title={t("feed")} className="lg:col-span-12">
      {items?.length === 0 && <FirstEvent />}
      <ul className="-mx-4 divide-y divide-line" data-feed>
        {items?.map((item) => (
          <li key={item.id} className="grid min-h-10 grid-cols-[auto_1fr] items-center gap-x-3 gap-y-1 px-4 py-1.5 text-table hover:bg-sunken sm:grid-cols-[88px_180px_1fr_110px_minmax(150px,auto)]" onClick={(event) => !(event.target as HTMLElement).closest("a") && void navigate({ to: `/c/${company}/events/${item.id}` as string })}>
            <span className="text-caption text-muted tnum">{formats.clock(new Date(item.created_at), "second")}</span>
            <Link to={`/c/${company}/events/${item.id}` as string} className="truncate font-medium hover:underline">{item.event_type ?? item.state}</Link>
            <span className="hidden truncate text-muted sm:block">{[item.customer_name, item.customer_phone && phone(item.customer_phone)].filter(Boolean).join(" · ")}</span>
            <span className="hidden text-right tnum sm:block">{item.order_value ? formats.money(item.order_value) : ""}</span>
            <span className="col-span-2 flex flex-wrap items-center justify-end gap-2 sm:col-span-1">
              {item.messages.length === 0 && <Chip tone="skipped">{t("unmatched")}</Chip>}
              {item.messages.map((message) => <Step key={message.id} message={message} begun={item.created_at} />)}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

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
