/** Request, event, rules, messages, attempts as a tree: why a message went out, or why it did not. */
import { CircleCheck, CircleDashed, CircleMinus, CircleX, Inbox, MessageSquare, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import type { Event, Message, Run } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { phone } from "../../lib/phone";
import { cx } from "../../ui/cx";
import { Skeleton } from "../../ui/states";
import { StatusChip } from "../../ui/status";
import { useFormats } from "../../ui/when";
import { useEventTexts } from "./texts";

const LOOK: Record<string, [LucideIcon, string]> = {
  fired: [CircleCheck, "text-success-fg"], not_matched: [CircleDashed, "text-muted"], held: [CircleMinus, "text-held-fg"],
  skipped: [CircleMinus, "text-skipped-fg"], error: [CircleX, "text-danger-fg"],
};
interface Why { field?: string; op?: string; wanted?: unknown; found?: unknown }

export function Trace({ event, runs, messages }: { event: Event; runs: Run[] | undefined; messages: Message[] | undefined }) {
  const t = useEventTexts();
  const formats = useFormats();
  const begun = Date.parse(event.created_at);
  const since = (at: string) => `+${formats.count(Math.max(0, Date.parse(at) - begun))} ms`;
  const looked = runs?.filter((run) => run.outcome !== "not_triggered") ?? [];
  const others = (runs?.length ?? 0) - looked.length;
  const orphans = (messages ?? []).filter((message) => !looked.some((run) => run.rule_id === message.rule_id));
  return (
    <ol className="space-y-3" data-trace>
      <Node icon={Inbox} tone="text-muted" time={formats.clock(new Date(event.created_at), "ms")}>
        <strong className="font-medium">{t("request")}</strong>{` · ${event.source} · ${t("signature")}: ${event.signature === "valid" ? t("signed") : t("unsigned")}`}
      </Node>
      <Node icon={CircleCheck} tone={event.state === "processed" ? "text-success-fg" : "text-danger-fg"} depth={1}>
        <strong className="font-medium">{`${t("event")} ${event.event_type ?? ""}`}</strong>{event.order_value ? ` · ${formats.money(event.order_value)}` : ""}{` · ${t("stored")}`}
        <Reason words={event.reason_text} code={event.reason} />
      </Node>
      {!runs && <li><Skeleton rows={3} /></li>}
      {runs && looked.length === 0 && <Node icon={CircleDashed} tone="text-muted" depth={2}>{t("noRules")}</Node>}
      {looked.map((run) => <RuleNode key={`${run.rule_id} ${run.at ?? ""}`} run={run} messages={(messages ?? []).filter((one) => one.rule_id === run.rule_id)} since={since} />)}
      {orphans.map((message) => <MessageNode key={message.id} message={message} since={since} />)}
      {others > 0 && <Node icon={CircleDashed} tone="text-faint" depth={2}><span className="text-muted">{t("others", { count: others })}</span></Node>}
    </ol>
  );
}

function RuleNode({ run, messages, since }: { run: Run; messages: Message[]; since: (at: string) => string }) {
  const t = useEventTexts();
  const [icon, tone] = LOOK[run.outcome] ?? [CircleDashed, "text-muted"];
  const why = (run.detail ?? {}) as Why;
  return (
    <>
      <Node icon={icon} tone={tone} depth={2}>
        <strong className="font-medium">{`${t("rule")} ${run.name ?? run.rule_id.slice(0, 8)}${run.version ? ` v${run.version}` : ""}`}</strong>{` ${t(run.outcome)}`}
        <Reason words={run.reason_text} code={run.reason} />
        {why.field && (
          <span className="mt-1 block text-caption">
            <code className="text-danger-fg">{`${why.field} ${why.op ?? ""}`}</code>
            {` · ${t("expected")} `}<code>{JSON.stringify(why.wanted ?? null)}</code>{` · ${t("actual")} `}<code className="text-danger-fg">{JSON.stringify(why.found ?? null)}</code>
          </span>
        )}
      </Node>
      {messages.map((message) => <MessageNode key={message.id} message={message} since={since} />)}
    </>
  );
}

function MessageNode({ message, since }: { message: Message; since: (at: string) => string }) {
  const t = useEventTexts();
  return (
    <Node icon={MessageSquare} tone="text-info-fg" depth={3} time={since(message.updated_at)}>
      <span className="flex flex-wrap items-center gap-2"><strong className="font-medium">{t("message")}</strong><StatusChip status={message.status} /><span className="text-muted">{`${t("to")} ${phone(message.to)}`}</span></span>
      <Reason words={message.reason_text} code={message.reason} />
      {message.text && <span className="mt-1 block rounded-control bg-sunken px-3 py-2 whitespace-pre-wrap break-words">{message.text}</span>}
      <ol className="mt-1 flex flex-wrap gap-x-4 gap-y-1 text-caption text-muted">
        {message.timeline.map((step, at) => <li key={at} className="flex items-center gap-1.5"><StatusChip status={step.status} /><span className="tnum">{since(step.at)}</span>{step.attempt > 1 && <span>{t("attempt", { n: step.attempt })}</span>}</li>)}
      </ol>
    </Node>
  );
}

function Reason({ words, code }: { words: { pt?: string; en?: string } | null | undefined; code: string | null | undefined }) {
  const say = useWords();
  const text = say(words) ?? code;
  return text ? <span className="mt-0.5 block text-muted" title={code ?? undefined}>{text}</span> : null;
}

const INDENT = ["", "sm:ml-6", "sm:ml-12", "sm:ml-18"];

function Node({ icon: Icon, tone, depth = 0, time, children }: { icon: LucideIcon; tone: string; depth?: number; time?: string; children: ReactNode }) {
  return (
    <li className={cx("flex items-start gap-3 text-table", INDENT[depth])}>
      <Icon size={16} aria-hidden className={cx("mt-0.5 shrink-0", tone)} />
      <div className="min-w-0 grow">{children}</div>
      {time && <span className="shrink-0 text-caption text-faint tnum">{time}</span>}
    </li>
  );
}
