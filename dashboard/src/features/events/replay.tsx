import { useEffect } from "react";
import { useBulk } from "../../api/bulk";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import { useWords } from "../../i18n";
import { Confirm } from "../../ui/dialog";
import { ErrorBox, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { useFormats } from "../../ui/when";
import { useEventTexts } from "./texts";

/** First what it would send and what not, and why; then exactly that, as a job. What changed meanwhile is counted anew, and said. */
export function Replay({ eventId, onClose }: { eventId: string; onClose: () => void }) {
  const t = useEventTexts();
  const say = useWords();
  const { count } = useFormats();
  const bulk = useBulk("replay", { ids: [eventId] }, (body) => read(api.POST("/api/v1/events/replay", { body: body as never })), () => { toast(t("replayStarted")); refresh("events"); onClose(); });
  const { counts } = bulk;
  useEffect(() => () => refresh("events"), []);
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} title={t("replayTitle")} action={counts ? `${t("replay")} ${count(counts.would)}` : t("replay")} busy={bulk.running} disabled={!counts || counts.would === 0} onConfirm={bulk.run}>
      {bulk.changed && <p role="status" className="text-warning-fg">{t("replayChanged")}</p>}
      {bulk.error ? <ErrorBox error={bulk.error} onRetry={bulk.again} /> : !counts ? <><p>{t("replayCounting")}</p><Skeleton rows={1} /></> : (
        <>
          <p className="text-fg">{t("replayWould", { count: counts.would })}</p>
          {Object.entries(counts.skip).filter(([, n]) => n > 0).map(([reason, n]) => <p key={reason}>{t("replaySkip", { n: count(n), reason: say(bulk.words[reason]) ?? reason })}</p>)}
          <p>{t("replayRules")}</p>
        </>
      )}
    </Confirm>
  );
}
