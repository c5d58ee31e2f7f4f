/** A rule tried on the last real events: yes or no for each, and why. Nothing is sent. */
import { Link, useParams } from "@tanstack/react-router";
import { CircleCheck, CircleDashed, CirclePlay, CircleX, Hourglass, type LucideIcon } from "lucide-react";
import type { DryRun } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { Button } from "../../ui/button";
import { cx } from "../../ui/cx";
import { ErrorBox, Skeleton } from "../../ui/states";
import { When } from "../../ui/when";
import { useRuleTexts } from "./texts";

export const PROOF = { days: 30, events: 2_000, sends: 100, verdicts: 50 };
const LOOKS: Record<string, [LucideIcon, string]> = { fired: [CircleCheck, "text-success-fg"], held: [Hourglass, "text-held-fg"], skipped: [CircleDashed, "text-skipped-fg"], not_matched: [CircleDashed, "text-muted"], error: [CircleX, "text-danger-fg"] };

export function Proof({ told, busy, error, onRun }: { told: DryRun | undefined; busy: boolean; error: unknown; onRun: () => void }) {
  const t = useRuleTexts();
  const yes = told?.verdicts.filter((one) => one.messages > 0).length ?? 0;
  const messages = told?.verdicts.reduce((sum, one) => sum + one.messages, 0) ?? 0;
  return (
    <div className="space-y-3">
      <Button kind="plain" icon={<CirclePlay size={14} aria-hidden />} busy={busy} aria-keyshortcuts="Control+Enter" onClick={onRun}>{t("test")}</Button>
      {error != null && <ErrorBox error={error} onRetry={onRun} />}
      {busy && !told && <Skeleton rows={5} />}
      {!told && !busy && error == null && <p className="text-table text-muted">{t("proofHint")}</p>}
      {told && (
        <div aria-live="polite">
          {told.verdicts.length === 0 ? <p className="text-table text-muted">{t("proofNone", { count: told.events })}</p> : (
            <>
              <p className="font-semibold">{t("wouldSend", { sent: yes, count: told.verdicts.length })}</p>
              <p className="text-caption text-muted">{t("wouldMessages", { count: messages })}</p>
              <ul aria-label={t("proof")} className="mt-2 divide-y divide-[var(--border)]">
                {told.verdicts.map((one) => <Verdict key={one.event_id} one={one} text={told.sends.find((send) => send.event_id === one.event_id)?.text} />)}
              </ul>
            </>
          )}
        </div>
      )}
    </div>
  );
}

function Verdict({ one, text }: { one: DryRun["verdicts"][number]; text: string | undefined }) {
  const t = useRuleTexts();
  const say = useWords();
  const { company } = useParams({ strict: false }) as { company: string };
  const [Icon, tone] = LOOKS[one.outcome] ?? LOOKS.error!;
  const sent = one.messages > 0;
  return (
    <li className="flex items-start gap-2 py-2 text-table">
      <Icon size={16} aria-hidden className={cx("mt-0.5 shrink-0", tone)} />
      <div className="min-w-0 grow">
        <p className="flex flex-wrap justify-between gap-x-2">
          <span><strong className="font-medium">{sent ? t("yesSend", { count: one.messages }) : t("noSend")}</strong>{" · "}<Link to={`/c/${company}/events/${one.event_id}` as string} className="underline decoration-line-strong">{one.name ?? one.order_id ?? one.event_type ?? t("event")}</Link></span>
          <span className="text-caption text-faint"><When at={one.at} /></span>
        </p>
        {!sent && <p className="text-muted">{say(one.reason_text) ?? one.reason ?? t("noMessageYet")}</p>}
        <Blame detail={one.detail} />
        {sent && text && <p className="mt-1 line-clamp-3 rounded-control bg-sunken px-2 py-1 text-caption break-words whitespace-pre-wrap">{text}</p>}
      </div>
    </li>
  );
}

/** The condition to blame: what was wanted beside what came. */
export function Blame({ detail }: { detail: { [name: string]: unknown } | null | undefined }) {
  const t = useRuleTexts();
  if (!detail || typeof detail.field !== "string") return null;
  return (
    <p className="text-caption">
      <code className="text-danger-fg">{`${detail.field} ${String(detail.op ?? "")}`}</code>
      {` · ${t("expected")} `}<code>{JSON.stringify(detail.wanted ?? null)}</code>{` · ${t("found")} `}<code className="text-danger-fg">{JSON.stringify(detail.found ?? null)}</code>
    </p>
  );
}
