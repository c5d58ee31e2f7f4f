import { Link, useParams } from "@tanstack/react-router";
import { memo } from "react";
import { useLive } from "../../live/hooks";
import type { Range } from "../../lib/period";
import { failedLater, REACHED } from "../../lib/reached";
import { Bars } from "../../ui/bars";
import { cx } from "../../ui/cx";
import { Card, Facts } from "../../ui/page";
import { duration } from "../../lib/time";
import { useFormats } from "../../ui/when";
import { useOverviewTexts } from "./texts";

interface SessionState { name?: string; state?: string; accepted_s?: number; today?: Record<string, number>; queue?: { depth: number } }
interface QueueState { depth: number; oldest_s: number; scheduled: number; held: number; sending: number }
const SENT = ["accepted", "sent", "delivered", "read"];

const Open = memo(function Open({ path, name }: { path: string; name: string }) {
  const t = useOverviewTexts();
  const { company } = useParams({ strict: false }) as { company: string };
  return <Link to={`/c/${company}/${path}` as string} aria-label={`${t("open")}: ${name}`} className="inline-flex min-h-6 items-center text-caption text-accent-fg hover:underline">{t("open")}</Link>;
});

export const Numbers = memo(function Numbers() {
  const t = useOverviewTexts();
  const { count, rate } = useFormats();
  const sessions = useLive<{ sessions?: Record<string, SessionState> }>("sessions")?.sessions;
  const list = Object.entries(sessions ?? {});
  return (
    <Card title={t("numbers")} aside={<Open path="sessions" name={t("numbers")} />} className="lg:col-span-3">
      {sessions && list.length === 0 && <p className="text-table text-muted">{t("noNumbers")}</p>}
      <ul className="space-y-3">
        {list.map(([id, one]) => {
          const state = one.state === "paused" || one.state === "stopped" ? one.state : "active";
          return (
            <li key={id} className="text-table">
              <div className="flex items-center gap-2"><span aria-hidden className={cx("h-2 w-2 shrink-0 rounded-full", state === "active" ? "bg-success-fg" : state === "paused" ? "bg-warning-fg" : "bg-danger-fg")} /><span className="grow truncate font-medium">{one.name}</span><span className="text-caption text-muted">{t(state)}</span></div>
              <div className="flex justify-between pl-4 text-caption text-muted tnum"><span>{t("today", { n: count(SENT.reduce((sum, status) => sum + (one.today?.[status] ?? 0), 0)) })}</span><span>{t("rate", { n: rate(one.accepted_s ?? 0) })}</span></div>
            </li>
          );
        })}
      </ul>
    </Card>
  );
});

export const QueueCard = memo(function QueueCard() {
  const t = useOverviewTexts();
  const { count } = useFormats();
  const queue = useLive<QueueState>("queue");
  const n = (value: number | undefined) => <span className="tnum">{count(value)}</span>;
  return (
    <Card title={t("queue")} aside={<Open path="queue" name={t("queue")} />} className="lg:col-span-3">
      <Facts rows={[[t("depth"), n(queue?.depth)], [t("oldest"), <span key="o" className="tnum">{queue ? duration(queue.oldest_s * 1000) : "—"}</span>], [t("waitingHeld"), n(queue?.held)], [t("scheduled"), n(queue?.scheduled)]]} />
    </Card>
  );
});

/** Statuses that exclude all others: the number and the list behind it are the same messages. */
const APART = ["failed", "skipped", "held", "uncertain"] as const;
const APART_WORDS = { failed: "failures", skipped: "skipped", held: "held", uncertain: "uncertain" } as const;
const FUNNEL = ["attempted", "accepted", "sent", "delivered", "read", "replied", "bought"] as const;

export const Funnel = memo(function Funnel({ funnel, range }: { funnel: Record<string, number> | undefined; range: Range }) {
  const t = useOverviewTexts();
  const { count, percent } = useFormats();
  const { company } = useParams({ strict: false }) as { company: string };
  const to = `/c/${company}/messages`;
  const from = `now-${range}`;
  const top = Math.max(1, funnel?.attempted ?? 1);
  const later = funnel ? failedLater(funnel as never) : 0;
  return (
    <Card title={t("funnel")} className="lg:col-span-4">
      <Bars label={t("funnel")} top={top} rows={FUNNEL.map((step) => ({ key: step, name: t(step), value: funnel?.[step] ?? 0, text: funnel ? `${count(funnel[step])} · ${percent((funnel[step] ?? 0) / top)}` : "—", ...(step in REACHED ? { to, search: { from, status: REACHED[step as "read"] } } : {}) }))} />
      {later > 0 && <p className="mt-2 px-1 text-caption text-muted">{t("failedLater", { count: later })}</p>}
      <p className="mt-3 flex flex-wrap gap-x-3 px-1 text-caption text-muted tnum">
        {APART.map((status) => <Link key={status} to={to as string} search={{ from, status } as never} className="inline-flex min-h-6 items-center hover:underline">{funnel ? t(APART_WORDS[status], { count: (funnel[status] ?? 0) + (status === "failed" ? funnel.limited ?? 0 : 0) }) : "—"}</Link>)}
        {(funnel?.limited ?? 0) > 0 && <span>{t("limitedBy", { count: funnel!.limited! })}</span>}
      </p>
    </Card>
  );
});
