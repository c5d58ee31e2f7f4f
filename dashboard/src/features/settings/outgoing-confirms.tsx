import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { key, refresh } from "../../api/queries";
import type { OutgoingWebhook } from "../../api/schema.gen";
import { Confirm } from "../../ui/dialog";
import { useErrorText } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { useFormats } from "../../ui/when";
import { useSettingsTexts } from "./texts";

/** What still waits for an address; null while it is not known. */
function useWaiting(of: OutgoingWebhook): { n: number; capped: boolean } | null {
  const found = useQuery({
    queryKey: key("outgoing-deliveries", "waiting", of.id), staleTime: 0, placeholderData: undefined,
    queryFn: ({ signal }) => read(api.GET("/api/v1/outgoing-webhooks/{outgoing_webhook_id}/deliveries", { params: { path: { outgoing_webhook_id: of.id }, query: { state: "pending", limit: 1 } }, signal })),
  });
  return found.data ? { n: found.data.count, capped: found.data.count_capped } : null;
}

export function DeleteOutgoing({ of, onClose }: { of: OutgoingWebhook; onClose: () => void }) {
  const t = useSettingsTexts();
  const words = useErrorText();
  const waiting = useWaiting(of);
  const remove = useMutation({
    mutationFn: () => read(api.DELETE("/api/v1/outgoing-webhooks/{outgoing_webhook_id}", { params: { path: { outgoing_webhook_id: of.id } } })),
    onSuccess: () => { toast(t("outDeleted")); refresh("outgoing-webhooks"); onClose(); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} title={t("deleteOutTitle", { name: of.name })} action={t("deleteOut")} danger typed={of.name} busy={remove.isPending} disabled={!waiting} onConfirm={() => remove.mutate()}>
      <p>{waiting ? t("waitingLost", { count: waiting.n }) : t("counting")}</p>
    </Confirm>
  );
}

export function RotateSecret({ of, onClose, onSecret }: { of: OutgoingWebhook; onClose: () => void; onSecret: (secret: string) => void }) {
  const t = useSettingsTexts();
  const words = useErrorText();
  const { count } = useFormats();
  const [hours, setHours] = useState(24);
  const rotate = useMutation({
    mutationFn: () => read(api.POST("/api/v1/outgoing-webhooks/{outgoing_webhook_id}/rotate-secret", { params: { path: { outgoing_webhook_id: of.id } }, body: { grace_s: hours * 3_600 } })),
    onSuccess: (made) => { refresh("outgoing-webhooks"); onClose(); if (made.secret) onSecret(made.secret); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} title={t("rotateTitle", { name: of.name })} action={t("rotate")} busy={rotate.isPending} onConfirm={() => rotate.mutate()}>
      <p>{hours === 0 ? t("rotateNow") : t("rotateText", { hours: count(hours) })}</p>
      <label className="block space-y-1"><span className="block text-table font-medium text-fg">{t("grace")}</span>
        <select className="field" value={hours} onChange={(event) => setHours(Number(event.target.value))}>{[0, 1, 24, 168].map((n) => <option key={n} value={n}>{n === 0 ? t("graceNone") : t("graceHours", { hours: count(n) })}</option>)}</select>
      </label>
    </Confirm>
  );
}
