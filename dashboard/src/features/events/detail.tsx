import { Link, useParams } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { useTypeName } from "../../api/catalogue";
import { api, read } from "../../api/client";
import { download } from "../../api/download";
import { key } from "../../api/queries";
import type { Event } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useLive } from "../../live/hooks";
import { phone } from "../../lib/phone";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { CodeBlock } from "../../ui/copy";
import { Card, Facts, PageHead } from "../../ui/page";
import { ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { Chip } from "../../ui/status";
import { Tabs } from "../../ui/tabs";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { STATE_TONES } from "./page";
import { Replay } from "./replay";
import { useEventTexts } from "./texts";
import { Trace } from "./trace";

const NOT_SETTLED = new Set(["scheduled", "queued", "held", "sending", "accepted", "sent", "delivered"]);

export function EventDetail() {
  const t = useEventTexts();
  const typeName = useTypeName();
  const { company, eventId } = useParams({ strict: false }) as { company: string; eventId: string };
  const operator = useMay("operator");
  const [replaying, setReplaying] = useState(false);
  const path = { params: { path: { event_id: eventId } } };
  const event = useQuery({ queryKey: key("events", "one", eventId), placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/events/{event_id}", { ...path, signal })) });
  const feed = useLive<{ items?: { id: string; messages: unknown[] }[] }>("events");
  const told = JSON.stringify(feed?.items?.find((item) => item.id === eventId)?.messages ?? null);
  const runs = useQuery({ queryKey: key("events", "runs", eventId), placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/events/{event_id}/runs", { ...path, signal })) });
  // What the live feed tells of this event is a reason to read its messages again; the last change may be the receipt.
  const messages = useQuery({
    queryKey: key("events", "messages", eventId, told),
    queryFn: ({ signal }) => read(api.GET("/api/v1/events/{event_id}/messages", { ...path, signal })),
    refetchInterval: (query) => (query.state.data?.data.some((one) => NOT_SETTLED.has(one.status)) ? 3_000 : false),
  });
  const crumb = <Link to={`/c/${company}/events` as string} className="hover:underline">{t("back")}</Link>;
  if (event.error && !event.data) return <><PageHead title={t("event")} crumb={crumb} /><ErrorBox error={event.error} onRetry={() => void event.refetch()} /></>;
  if (!event.data) return <><PageHead title={t("event")} crumb={crumb} /><Skeleton onRetry={() => void event.refetch()} /></>;
  const trouble = event.error ?? runs.error ?? messages.error;
  return (
    <>
      <PageHead title={`${event.data.event_type ? typeName(event.data.event_type) : t("event")}${event.data.order_id ? ` · ${event.data.order_id}` : ""}`} crumb={crumb}>
        <Chip tone={STATE_TONES[event.data.state]}>{t(event.data.state)}</Chip>
        {operator && <Button icon={<RotateCcw size={14} aria-hidden />} aria-keyshortcuts="r" onClick={() => setReplaying(true)}>{t("replay")}</Button>}
      </PageHead>
      {trouble && <div className="mb-3"><ErrorBox error={trouble} onRetry={() => { void runs.refetch(); void messages.refetch(); }} /></div>}
      <div className="grid grid-cols-1 gap-3 xl:grid-cols-[minmax(0,1fr)_480px]">
        <Card title={t("trace")}><Trace event={event.data} runs={runs.data?.data} messages={messages.data?.data} /></Card>
        <Card><Sides event={event.data} /></Card>
      </div>
      {replaying && <Replay eventId={eventId} onClose={() => setReplaying(false)} />}
    </>
  );
}

function Sides({ event }: { event: Event }) {
  const t = useEventTexts();
  const formats = useFormats();
  const words = useErrorText();
  const operator = useMay("operator");
  const [search, setSearch] = useUrlState();
  const payload = event.payload == null ? null : JSON.stringify(event.payload, null, 2);
  const headers = event.headers ? Object.entries(event.headers).map(([name, value]) => `${name}: ${String(value)}`).join("\n") : "";
  return (
    <Tabs
      label={t("event")}
      value={search.tab ?? "payload"}
      onChange={(tab) => setSearch({ tab: tab === "payload" ? undefined : tab })}
      tabs={[
        { value: "payload", title: t("payload"), content: payload === null ? <p className="text-muted">{t("unmatchedNone")}</p> : <CodeBlock label={t("payload")} text={payload} /> },
        {
          value: "details", title: t("details"),
          content: <Facts rows={[[t("time"), <When key="at" at={event.created_at} exact="ms" />], [t("source"), event.source], [t("customer"), event.customer.name], [t("phone"), phone(event.customer.phone)], [t("order"), event.order_id], [t("value"), formats.money(event.order_value)], [t("external"), <code key="id" className="text-caption">{event.external_id ?? "—"}</code>], [t("signature"), event.signature === "valid" ? t("signed") : t("unsigned")]]} />,
        },
        {
          value: "headers", title: t("headers"),
          content: <div className="space-y-3"><CodeBlock label={t("headers")} text={headers} />{operator && <Button onClick={() => void download(`/api/v1/events/${event.id}/raw`, {}, `${event.id}.bin`).catch((error: unknown) => toast(words(error), { bad: true }))}>{t("raw")}</Button>}</div>,
        },
      ]}
    />
  );
}
