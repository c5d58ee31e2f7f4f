/** Who waits for an answer: state, hands and order above, one line per person below. */
import { Bot, BotOff, Clock } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useIntentNames } from "../../api/intents";
import type { Conversation } from "../../api/schema.gen";
import { duration } from "../../lib/time";
import { phone } from "../../lib/phone";
import { useSettled } from "../../lib/settled";
import { Button } from "../../ui/button";
import { cx } from "../../ui/cx";
import { Empty, ErrorBox, NoMatch, RefetchBar, Skeleton } from "../../ui/states";
import { Chip } from "../../ui/status";
import { useFormats, When } from "../../ui/when";
import { useConversations, useNumberNames } from "./data";
import type { Filters } from "./merge";
import { useInboxTexts } from "./texts";
import { leftMs } from "./window";

interface Props { filters: Filters; onFilter: (change: Record<string, string | undefined>) => void; chosen: string | undefined; onChoose: (id: string) => void; now: number }

export function List({ filters, onFilter, chosen, onChoose, now }: Props) {
  const t = useInboxTexts();
  const formats = useFormats();
  const list = useConversations(filters);
  const rows = list.rows;
  const filtered = Object.keys(filters).some((name) => name !== "order" && name !== "state") || filters.state === "closed";
  const clear = () => onFilter({ state: undefined, assignee_id: undefined, session_id: undefined, unread: undefined, intent: undefined, q: undefined, order: undefined });
  return (
    <div className="flex min-h-0 flex-col">
      <Head filters={filters} onFilter={onFilter} />
      <p role="status" className="px-3 py-1 text-caption text-muted tnum">{list.counts ? `${t("openN", { count: list.counts.open })} · ${t("waitN", { count: list.counts.waiting })}` : ""}</p>
      <RefetchBar on={list.isFetching && !list.isPending && !list.isFetchingNextPage} />
      <div className="min-h-0 grow overflow-y-auto" tabIndex={-1}>
        {list.error && <div className="p-2"><ErrorBox error={list.error} since={rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
        {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
        {rows?.length === 0 && (filtered ? <NoMatch onClear={clear} /> : <Empty title={t("first")}>{t("firstText")}</Empty>)}
        {rows && rows.length > 0 && (
          <ul aria-label={t("list")} data-conversations>
            {rows.map((row) => <Row key={row.id} row={row} now={now} chosen={row.id === chosen} onChoose={onChoose} />)}
          </ul>
        )}
        {list.hasNextPage && <div className="p-3 text-center"><Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t("older")}</Button></div>}
      </div>
    </div>
  );
}

function Row({ row, now, chosen, onChoose }: { row: Conversation; now: number; chosen: boolean; onChoose: (id: string) => void }) {
  const t = useInboxTexts();
  const intents = useIntentNames();
  const name = row.name ?? phone(row.phone);
  const left = row.window.closes_at ? leftMs(row.window.closes_at, now) : undefined;
  const waits = row.waiting_since ? now - Date.parse(row.waiting_since) : null;
  const outbound = row.last_outbound && row.last_outbound.at > row.last_inbound.at ? row.last_outbound : null;
  return (
    <li className="border-b border-line">
      <button type="button" data-row={row.id} aria-current={chosen ? "true" : undefined} onClick={() => onChoose(row.id)} className={cx("block w-full space-y-1 px-3 py-2 text-left text-table hover:bg-sunken focus-visible:-outline-offset-2", chosen && "bg-accent-soft")}>
        <span className="flex items-center gap-2">
          <span className={cx("min-w-0 grow truncate", row.unread > 0 && "font-semibold")}>{name}</span>
          <span className="shrink-0 text-caption text-muted"><When at={row.last_at} /></span>
        </span>
        <span className="flex items-center gap-2">
          <span className={cx("min-w-0 grow truncate", row.unread > 0 ? "text-fg" : "text-muted")}>{outbound ? `→ ${outbound.text ?? ""}` : row.last_inbound.text ?? t("notText", { type: row.last_inbound.type })}</span>
          {row.unread > 0 && <span className="inline-flex h-5 min-w-5 shrink-0 items-center justify-center rounded-full bg-accent px-1.5 text-caption font-semibold text-white tnum"><span aria-hidden>{row.unread > 99 ? "99+" : row.unread}</span><span className="sr-only">{t("unread", { count: row.unread })}</span></span>}
        </span>
        <span className="flex flex-wrap items-center gap-1.5 text-caption text-muted">
          {waits !== null && <Chip tone={waits > 3_600_000 ? "danger" : "warning"} icon={Clock}>{t("waits", { age: duration(Math.max(1_000, waits)) })}</Chip>}
          {row.intent && <Chip>{intents.of(row.intent)}</Chip>}
          {row.assignee_name && <span className="truncate">{row.assignee_name}</span>}
          <span className="grow" />
          {left === null && <span>{t("windowClosed")}</span>}
          {row.ai_on ? <Bot size={14} aria-label={t("aiOn")} role="img" /> : <BotOff size={14} aria-label={t("aiOff")} role="img" />}
        </span>
      </button>
    </li>
  );
}

function Head({ filters, onFilter }: Pick<Props, "filters" | "onFilter">) {
  const t = useInboxTexts();
  const numbers = useNumberNames();
  const intents = useIntentNames();
  const [typed, type] = useState(filters.q ?? "");
  const asked = useSettled(typed);
  const present = useRef({ onFilter, q: filters.q });
  present.current = { onFilter, q: filters.q };
  useEffect(() => {
    const wanted = asked.trim() || undefined;
    if (wanted !== present.current.q) present.current.onFilter({ q: wanted });
  }, [asked]);
  const pick = "field !h-8 min-w-0 grow basis-28 text-caption";
  return (
    <div className="space-y-2 border-b border-line p-2">
      <input data-filter type="search" aria-label={t("searchPlace")} placeholder={t("searchPlace")} className="field" value={typed} onChange={(event) => type(event.target.value)} />
      <div className="flex flex-wrap gap-1.5">
        <select aria-label={t("stateOf")} className={pick} value={filters.state ?? ""} onChange={(event) => onFilter({ state: event.target.value || "all" })}>
          <option value="open">{t("isOpen")}</option><option value="waiting">{t("isWaiting")}</option><option value="closed">{t("isClosed")}</option><option value="">{t("allStates")}</option>
        </select>
        <select aria-label={t("assignee")} className={pick} value={filters.assignee_id ?? ""} onChange={(event) => onFilter({ assignee_id: event.target.value || undefined })}>
          <option value="">{t("everybody")}</option><option value="me">{t("me")}</option><option value="nobody">{t("nobody")}</option>
        </select>
        <select aria-label={t("order")} className={pick} value={filters.order ?? ""} onChange={(event) => onFilter({ order: event.target.value || undefined })}>
          <option value="">{t("recent")}</option><option value="waiting">{t("longest")}</option>
        </select>
        {numbers.length > 1 && (
          <select aria-label={t("number")} className={pick} value={filters.session_id ?? ""} onChange={(event) => onFilter({ session_id: event.target.value || undefined })}>
            <option value="">{t("allNumbers")}</option>{numbers.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
          </select>
        )}
        <select aria-label={t("intent")} className={pick} value={filters.intent ?? ""} onChange={(event) => onFilter({ intent: event.target.value || undefined })}>
          <option value="">{t("anyIntent")}</option>{intents.options.map((one) => <option key={one.value} value={one.value}>{one.title}</option>)}
        </select>
        <button type="button" aria-pressed={filters.unread === "true"} onClick={() => onFilter({ unread: filters.unread === "true" ? undefined : "true" })} className="control !h-8 border border-line-strong text-caption aria-pressed:bg-accent-soft aria-pressed:text-accent-fg">{t("unreadOnly")}</button>
      </div>
    </div>
  );
}
