/** Trying dead letters again, or discarding them: counted first, with the reason for each that is left alone. */
import { api, read } from "../../api/client";
import { useBulk } from "../../api/bulk";
import { refresh } from "../../api/queries";
import type { Job } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { CountConfirm } from "../../ui/confirm";
import { Confirm } from "../../ui/dialog";
import { ErrorBox, Skeleton } from "../../ui/states";
import { useFormats } from "../../ui/when";
import { useQueueTexts } from "./texts";

export interface Act { action: "retry" | "discard"; request: { ids: string[] } | { filter: Record<string, string> } }

export function ActOn({ act, onClose, onStarted }: { act: Act; onClose: () => void; onStarted: (job: Job) => void }) {
  const t = useQueueTexts();
  const say = useWords();
  const { count } = useFormats();
  const retry = act.action === "retry";
  const bulk = useBulk(
    `dead_letter_${act.action}`,
    act.request,
    (body) => read(retry ? api.POST("/api/v1/dead-letters/retry", { body: body as never }) : api.POST("/api/v1/dead-letters/discard", { body: body as never })),
    (job) => { refresh("dead-letters", "dead-letter-summary"); onStarted(job); onClose(); },
  );
  const close = (open: boolean) => { if (!open) onClose(); };
  const verb = t(retry ? "verbRetry" : "verbDiscard");
  if (!bulk.counts)
    return (
      <Confirm open onOpenChange={close} title={t(retry ? "retryCounting" : "discardCounting")} action={verb} disabled onConfirm={() => undefined}>
        {bulk.error != null ? <ErrorBox error={bulk.error} onRetry={bulk.again} /> : <Skeleton rows={2} onRetry={bulk.again} />}
      </Confirm>
    );
  const { would, skip } = bulk.counts;
  const total = would + Object.values(skip).reduce((sum, n) => sum + n, 0);
  const values = { n: count(would), total: count(total) };
  const skipped = Object.entries(skip).map(([code, n]) => ({ key: code, words: say(bulk.words[code]) ?? code, n }));
  return (
    <CountConfirm open onOpenChange={close} title={would === total ? t(retry ? "retryTitle" : "discardTitle", { count: would }) : t(retry ? "retryOf" : "discardOf", values)} verb={verb} n={would} skipped={skipped} onConfirm={bulk.run} busy={bulk.running} danger={!retry}>
      {bulk.error != null && <ErrorBox error={bulk.error} onRetry={bulk.again} />}
      {bulk.changed && <p role="status" className="text-warning-fg">{t("changed")}</p>}
      <p className="text-fg">{t(retry ? "retryText" : "discardText")}</p>
    </CountConfirm>
  );
}
