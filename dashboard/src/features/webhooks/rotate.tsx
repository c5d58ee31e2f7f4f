import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import type { WebhookWithActivity, WebhookWithSecret } from "../../api/schema.gen";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { ChoiceField, Form, TextField } from "../../ui/form";
import { SecretOnce } from "../../ui/secret";
import { hasSecret } from "./form";
import { useWebhookTexts } from "./texts";

/** What a change of a webhook shows this once: its new secret, or its new address. */
export function shownOnce(told: WebhookWithSecret, words: { secret: string; url: string }, address: boolean): { label: string; text: string }[] {
  if (told.secret) return [{ label: words.secret, text: told.secret }, ...(told.url ? [{ label: words.url, text: told.url }] : [])];
  return address && told.url ? [{ label: words.url, text: told.url }] : [];
}

export function Rotate({ webhook, onClose }: { webhook: WebhookWithActivity; onClose: () => void }) {
  const t = useWebhookTexts();
  const [grace, setGrace] = useState("86400");
  const [secret, setSecret] = useState("");
  const [shown, show] = useState<{ label: string; text: string }[] | null>(null);
  const own = hasSecret({ scheme: webhook.auth.scheme, header: String(webhook.auth.header ?? "") });
  const used = webhook.activity.last_24h.accepted + webhook.activity.last_24h.duplicate + webhook.activity.last_24h.unparsed;
  const rotate = useMutation({
    mutationFn: () => read(api.POST("/api/v1/webhooks/{webhook_id}/rotate-secret", { params: { path: { webhook_id: webhook.id } }, body: { grace_s: Number(grace), ...(own && secret.trim() ? { secret: secret.trim() } : {}) } })),
    onSuccess: (told) => { refresh("webhooks"); show(shownOnce(told, { secret: t("secret"), url: t("url") }, !own)); },
  });
  if (shown) return <SecretOnce title={t("rotated", { name: webhook.name })} secrets={shown} onClose={onClose}>{rotate.data?.secret ? undefined : t("urlAgain")}</SecretOnce>;
  return (
    <Dialog
      open onOpenChange={(open) => !open && onClose()} firm title={t(own ? "rotateTitle" : "rotateToken", { name: webhook.name })} description={t("rotateUsed", { count: used })}
      footer={<><Button onClick={onClose}>{t("cancel")}</Button><Button kind="primary" type="submit" form="rotate" busy={rotate.isPending}>{t(own ? "rotate" : "rotateTokenAction")}</Button></>}
    >
      <Form id="rotate" error={rotate.error} onSubmit={() => rotate.mutate()}>
        <ChoiceField name="grace_s" label={t("grace")} value={grace} onChange={setGrace} options={[{ value: "0", title: t("graceNone") }, { value: "3600", title: t("graceHour") }, { value: "86400", title: t("graceDay") }, { value: "604800", title: t("graceWeek") }]} hint={t(grace === "0" ? "graceWarning" : "graceHint")} />
        {own && <TextField name="secret" label={t("ownSecret")} hint={t("ownSecretHint")} value={secret} onChange={setSecret} mono autoComplete="off" />}
      </Form>
    </Dialog>
  );
}
