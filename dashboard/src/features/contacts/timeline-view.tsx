import { Link, useParams } from "@tanstack/react-router";
import { Activity, MessageSquare, ShieldCheck, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import type { EventSummary, Message } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { Button } from "../../ui/button";
import { Empty, ErrorBox, Skeleton } from "../../ui/states";
import { StatusChip } from "../../ui/status";
import { useFormats, When } from "../../ui/when";
import { useConsents, WordChip } from "./consents";
import { useContactTexts } from "./texts";
import { merged, type Happening } from "./timeline";

const PAGE = 50;

/** Events, messages and consents of one person in one order; asked for by the contact, whose number may be masked. */
export function Timeline({ contactId }: { contactId: string }) {
  const t = useContactTexts();
  const query = (cursor: string | undefined) => ({ contact_id: contactId, limit: PAGE, cursor }) as never;
  const events = useList<EventSummary>("events", { contact: contactId }, (cursor, signal) => read(api.GET("/api/v1/events", { params: { query: query(cursor) }, signal })));
  const messages = useList<Message>("messages", { contact: contactId }, (cursor, signal) => read(api.GET("/api/v1/messages", { params: { query: query(cursor) }, signal })));
  const consents = useConsents(contactId);
  const all = [events, messages, consents];
  const error = all.find((one) => one.error)?.error;
  const retry = () => { for (const one of all) if (one.error) void one.refetch(); };
  const waiting = all.some((one) => one.isPending && !one.error);
  const { rows, more } = merged(told(events), told(messages), told(consents));
  const onMore = () => { for (const one of all) if (one.hasNextPage && !one.isFetchingNextPage) void one.fetchNextPage(); };
  return (
    <div className="space-y-3">
      {error && <ErrorBox error={error} onRetry={retry} />}
      {waiting ? <Skeleton rows={5} onRetry={retry} /> : rows.length === 0 && !more && !error ? <Empty title={t("nothingHappened")}>{t("nothingHappenedText")}</Empty> : null}
      {!waiting && <ol className="space-y-3">{rows.map((row) => <Row key={row.key} happening={row} />)}</ol>}
      {!waiting && all.some((one) => one.hasNextPage) && <Button busy={all.some((one) => one.isFetchingNextPage)} onClick={onMore}>{t("more")}</Button>}
    </div>
  );
}

function told<Row>(list: { rows: Row[] | undefined; hasNextPage: boolean }) {
  return { rows: list.rows ?? [], more: list.hasNextPage };
}

function Row({ happening }: { happening: Happening }) {
  const t = useContactTexts();
  const say = useWords();
  const formats = useFormats();
  const { company } = useParams({ strict: false }) as { company: string };
  if (happening.kind === "event") {
    const { event } = happening;
    return (
      <Line icon={Activity} at={happening.at}>
        <Link to={`/c/${company}/events/${event.id}` as string} className="font-medium hover:underline">{event.event_type ?? t("event")}</Link>
        {event.order_id && <span className="text-muted">{` · ${event.order_id}`}</span>}
        {event.order_value && <span className="text-muted">{` · ${formats.money(event.order_value)}`}</span>}
      </Line>
    );
  }
  if (happening.kind === "consent")
    return <Line icon={ShieldCheck} at={happening.at}><span className="flex flex-wrap items-center gap-2"><WordChip word={happening.consent} />{t(happening.consent.purpose)}<span className="text-muted">{happening.consent.source}</span></span></Line>;
  const { message } = happening;
  const reason = say(message.reason_text) ?? message.reason;
  return (
    <Line icon={MessageSquare} at={happening.at}>
      <span className="flex flex-wrap items-center gap-2">
        {message.event_id ? <Link to={`/c/${company}/events/${message.event_id}` as string} className="font-medium hover:underline">{t("message")}</Link> : <strong className="font-medium">{t("message")}</strong>}
        <StatusChip status={message.status} />
        {reason && <span className="text-muted">{reason}</span>}
      </span>
      {message.text && <span className="mt-1 block rounded-control bg-sunken px-3 py-2 whitespace-pre-wrap break-words">{message.text}</span>}
    </Line>
  );
}

function Line({ icon: Icon, at, children }: { icon: LucideIcon; at: string; children: ReactNode }) {
  return (
    <li className="flex items-start gap-3 text-table">
      <Icon size={16} aria-hidden className="mt-0.5 shrink-0 text-muted" />
      <div className="min-w-0 grow">{children}</div>
      <span className="shrink-0 text-caption text-faint"><When at={at} /></span>
    </li>
  );
}
