import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, read } from "../../api/client";
import { key, refresh } from "../../api/queries";
import { useWords } from "../../i18n";
import { Confirm } from "../../ui/dialog";
import { ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { useFormats } from "../../ui/when";
import { useEventTexts } from "./texts";

interface Preview { preview_id: string; counts: { would: number; skip: Record<string, number> } | null; skip_text?: Record<string, { pt?: string; en?: string } | null> }

/** First what it would send and what not, and why; then exactly that, as a job. */
export function Replay({ eventId, onClose }: { eventId: string; onClose: () => void }) {
  const t = useEventTexts();
  const say = useWords();
  const words = useErrorText();
  const { count } = useFormats();
  const [asked, ask] = useState(0);
  const first = useQuery({
    queryKey: key("replay", eventId, asked), staleTime: 0, gcTime: 0, placeholderData: undefined,
    queryFn: async () => (await read(api.POST("/api/v1/events/replay", { body: { ids: [eventId], preview: true } as never }))) as unknown as Preview,
  });
  const counted = useQuery({
    queryKey: key("replay", "counts", first.data?.preview_id), enabled: first.data?.counts === null, placeholderData: undefined,
    queryFn: async () => (await read(api.GET("/api/v1/bulk-previews/{preview_id}", { params: { path: { preview_id: first.data!.preview_id } } }))) as unknown as Preview,
    refetchInterval: (query) => (query.state.data?.counts ? false : 500),
  });
  const told = first.data?.counts ? first.data : counted.data;
  const counts = told?.counts;
  const run = useMutation({
    mutationFn: () => read(api.POST("/api/v1/events/replay", { body: { preview_id: first.data!.preview_id } as never })),
    onSuccess: () => { toast(t("replayStarted")); refresh("events"); onClose(); },
    onError: (error: { status?: number }) => { if (error.status === 409) ask(asked + 1); else toast(words(error), { bad: true }); },
  });
  const nothing = counts?.would === 0;
  useEffect(() => () => refresh("events"), []);
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} title={t("replayTitle")} action={counts ? `${t("replay")} ${count(counts.would)}` : t("replay")} busy={run.isPending} disabled={!counts || nothing} onConfirm={() => run.mutate()}>
      {first.error ? <ErrorBox error={first.error} onRetry={() => void first.refetch()} /> : !counts ? <><p>{t("replayCounting")}</p><Skeleton rows={1} /></> : (
        <>
          <p className="text-fg">{t("replayWould", { count: counts.would })}</p>
          {Object.entries(counts.skip).filter(([, n]) => n > 0).map(([reason, n]) => <p key={reason}>{t("replaySkip", { n: count(n), reason: say(told?.skip_text?.[reason]) ?? reason })}</p>)}
          <p>{t("replayRules")}</p>
        </>
      )}
    </Confirm>
  );
}
