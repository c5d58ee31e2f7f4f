/** One dead letter: what it was, every attempt, and what to do. */
import { Link, useParams } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { RotateCcw, Trash2 } from "lucide-react";
import { api, read } from "../../api/client";
import { useNumberNames } from "../../api/names";
import { key } from "../../api/queries";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { phone } from "../../lib/phone";
import { Button } from "../../ui/button";
import { CodeBlock, CopyButton } from "../../ui/copy";
import { Facts } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { ErrorBox, Skeleton } from "../../ui/states";
import { StatusChip } from "../../ui/status";
import { When } from "../../ui/when";
import type { Act } from "./act";
import { useQueueTexts } from "./texts";

export function LetterPanel({ id, onClose, onAct }: { id: string; onClose: () => void; onAct: (act: Act) => void }) {
  const t = useQueueTexts();
  const say = useWords();
  const name = useNumberNames();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const letter = useQuery({ queryKey: key("dead-letters", "one", id), placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/dead-letters/{dead_letter_id}", { params: { path: { dead_letter_id: id } }, signal })) });
  const one = letter.data;
  const actions = operator && one && one.resolved_at === null && (
    <>
      <Button kind="danger" icon={<Trash2 size={14} aria-hidden />} onClick={() => onAct({ action: "discard", request: { ids: [id] } })}>{t("discard")}</Button>
      <Button kind="primary" icon={<RotateCcw size={14} aria-hidden />} onClick={() => onAct({ action: "retry", request: { ids: [id] } })}>{t("retry")}</Button>
    </>
  );
  const eventId = one?.message?.event_id ?? one?.event_id;
  return (
    <Panel title={<span className="block truncate first-letter:uppercase">{one ? say(one.reason_text) ?? say(one.class_text) ?? one.reason : t("letter")}</span>} onClose={onClose} footer={actions || undefined}>
      {letter.error && <ErrorBox error={letter.error} onRetry={() => void letter.refetch()} />}
      {!one && !letter.error && <Skeleton rows={6} onRetry={() => void letter.refetch()} />}
      {one && (
        <div className="space-y-4">
          {one.advice && <p className="rounded-control bg-info-soft px-3 py-2 text-table text-info-fg">{say(one.advice)}</p>}
          <Facts
            rows={[
              [t("time"), <When key="t" at={one.created_at} exact="second" />], [t("class"), `${say(one.class_text) ?? one.class}`], [t("code"), one.code && <code>{one.code}</code>], [t("reason"), <code key="r">{one.reason}</code>],
              [t("number"), name(one.session_id)], [t("target"), one.message ? phone(one.message.to) : one.event?.customer.phone ? phone(one.event.customer.phone) : null],
              [t("state"), one.resolution ? <span key="s">{t(one.resolution as "retried" | "discarded" | "delivered")} <When at={one.resolved_at} /></span> : t("open")],
              [t("event"), eventId ? <Link key="e" className="text-accent-fg underline" to={`/c/${company}/events/${eventId}` as string}>{t("seeEvent")}</Link> : null],
              ["id", <span key="i" className="inline-flex items-center gap-1"><code className="text-caption">{one.id}</code><CopyButton text={one.id} /></span>],
            ]}
          />
          {one.message && <Attempts attempts={one.message.attempts} />}
          {one.message?.text && <div><h3 className="mb-1 text-table text-muted">{t("text")}</h3><p className="rounded-control bg-sunken px-3 py-2 text-table break-words whitespace-pre-wrap">{one.message.text}</p></div>}
          {one.message && <ol aria-label={t("timeline")} className="flex flex-wrap gap-3 text-caption text-muted">{one.message.timeline.map((step, at) => <li key={at} className="flex items-center gap-1.5"><StatusChip status={step.status} /><When at={step.at} exact="second" /></li>)}</ol>}
          {one.event?.payload != null && <CodeBlock label={t("payload")} text={JSON.stringify(one.event.payload, null, 2)} />}
        </div>
      )}
    </Panel>
  );
}

function Attempts({ attempts }: { attempts: { attempt: number; outcome: string; error?: unknown; answered_at: string; provider_id?: string | null }[] }) {
  const t = useQueueTexts();
  if (!attempts.length) return <p className="text-table text-muted">{t("noAttempts")}</p>;
  return (
    <div>
      <h3 className="mb-1 text-table text-muted">{t("attempts")}</h3>
      <ol className="space-y-2">
        {attempts.map((one) => (
          <li key={`${one.attempt} ${one.answered_at}`} className="rounded-control border border-line p-2 text-table">
            <p className="flex flex-wrap justify-between gap-2"><span>{t("attempt", { n: one.attempt })} <code>{one.outcome}</code></span><When at={one.answered_at} exact="ms" /></p>
            {one.error != null && <pre tabIndex={0} role="region" aria-label={t("answer")} className="mt-1 overflow-x-auto text-caption">{JSON.stringify(one.error, (name, value: unknown) => (name === "advice" || name === "meaning" ? undefined : value), 2)}</pre>}
          </li>
        ))}
      </ol>
    </div>
  );
}
