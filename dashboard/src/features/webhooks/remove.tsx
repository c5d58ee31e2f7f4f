import { useMutation, useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { key, refresh } from "../../api/queries";
import type { WebhookWithActivity } from "../../api/schema.gen";
import { Confirm } from "../../ui/dialog";
import { ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { useFormats } from "../../ui/when";
import { useWebhookTexts } from "./texts";

interface Counts { rules: number; events: number; capped: boolean }

/** How many active rules wait for this source alone, and how many of its events stay. */
async function countUses(webhook: WebhookWithActivity, signal: AbortSignal): Promise<Counts> {
  const [rules, webhooks, events] = await Promise.all([
    read(api.GET("/api/v1/rules", { params: { query: { limit: 500 } }, signal })),
    read(api.GET("/api/v1/webhooks", { params: { query: { limit: 500 } }, signal })),
    read(api.GET("/api/v1/events", { params: { query: { webhook_id: webhook.id, limit: 1 } }, signal })),
  ]);
  const another = webhooks.data.some((one) => one.id !== webhook.id && one.source === webhook.source);
  const waiting = rules.data.filter((rule) => rule.active && (rule.trigger as { source?: string } | undefined)?.source === webhook.source);
  return { rules: another ? 0 : waiting.length, events: events.count, capped: events.count_capped };
}

export function Remove({ webhook, onClose, onRemoved }: { webhook: WebhookWithActivity; onClose: () => void; onRemoved: () => void }) {
  const t = useWebhookTexts();
  const words = useErrorText();
  const { count } = useFormats();
  const uses = useQuery({ queryKey: key("webhook-uses", webhook.id), staleTime: 0, placeholderData: undefined, queryFn: ({ signal }) => countUses(webhook, signal) });
  const remove = useMutation({
    mutationFn: () => read(api.DELETE("/api/v1/webhooks/{webhook_id}", { params: { path: { webhook_id: webhook.id } } })),
    onSuccess: () => { toast(t("removed", { name: webhook.name })); refresh("webhooks"); onRemoved(); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} title={t("removeTitle", { name: webhook.name })} action={t("removeAction")} danger busy={remove.isPending} disabled={!uses.data} typed={webhook.name} onConfirm={() => remove.mutate()}>
      {uses.error && <ErrorBox error={uses.error} onRetry={() => void uses.refetch()} />}
      {!uses.data && !uses.error && <Skeleton rows={2} onRetry={() => void uses.refetch()} />}
      {uses.data && (
        <>
          <p className="text-fg">{t("removeRules", { count: uses.data.rules })}</p>
          <p>{t("removeEvents", { count: uses.data.events, n: `${count(uses.data.events)}${uses.data.capped ? "+" : ""}` })}</p>
          <p>{t("removeSender")}</p>
        </>
      )}
    </Confirm>
  );
}
