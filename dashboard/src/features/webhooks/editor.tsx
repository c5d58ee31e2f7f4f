/** Make or change a webhook: what it is, how its deliveries are signed, what is read from its payloads. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import type { WebhookWithActivity } from "../../api/schema.gen";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { fieldErrors, Form, NumberField, TextField } from "../../ui/form";
import { SecretOnce } from "../../ui/secret";
import { Tabs } from "../../ui/tabs";
import { toast } from "../../ui/toasts";
import { bodyOf, formOf, NEW, type WebhookForm } from "./form";
import { MappingTab } from "./mapping-tab";
import type { Mapping } from "./mapping";
import { shownOnce } from "./rotate";
import { SignatureTab } from "./signature-tab";
import { useWebhookTexts } from "./texts";

const FORM = "webhook-form";

/** The tab on which a refused field stands. */
export function tabOf(field: string): "general" | "signature" | "mapping" {
  if (/^(auth|secret|token)\b/.test(field)) return "signature";
  return field.startsWith("mapping") ? "mapping" : "general";
}

export function Editor({ webhook, first = "general", onClose }: { webhook: WebhookWithActivity | null; first?: "general" | "mapping"; onClose: () => void }) {
  const t = useWebhookTexts();
  const [form, setForm] = useState<WebhookForm>(() => (webhook ? formOf(webhook as never) : NEW));
  const [mapping, setMapping] = useState<Mapping>((webhook?.mapping ?? {}) as Mapping);
  const [tab, setTab] = useState<string>(first);
  const [shown, show] = useState<{ label: string; text: string }[] | null>(null);
  const set = (change: Partial<WebhookForm>) => setForm((now) => ({ ...now, ...change }));
  const save = useMutation({
    mutationFn: () => {
      const body = { ...bodyOf(form), mapping } as never;
      return read(webhook ? api.PATCH("/api/v1/webhooks/{webhook_id}", { params: { path: { webhook_id: webhook.id } }, body }) : api.POST("/api/v1/webhooks", { body }));
    },
    onSuccess: (told) => {
      refresh("webhooks");
      toast(t(webhook ? "saved" : "made", { name: told.name }));
      const once = shownOnce(told, { secret: t("secret"), url: t("url") }, !webhook);
      if (once.length && (!webhook || told.secret)) show(once);
      else onClose();
    },
    onError: (error) => { const [wrong] = fieldErrors(error); if (wrong) setTab(tabOf(wrong.field)); },
  });
  if (shown) return <SecretOnce title={t(webhook ? "secretNew" : "madeTitle", { name: form.name })} secrets={shown} onClose={onClose}>{save.data?.secret ? undefined : t("urlAgain")}</SecretOnce>;
  const general = (
    <div className="max-w-160 space-y-4">
      <TextField name="name" label={t("name")} value={form.name} onChange={(name) => set({ name })} required maxLength={200} hint={t("nameHint")} autoComplete="off" />
      <TextField name="source" label={t("source")} value={form.source} onChange={(source) => set({ source })} required maxLength={100} hint={t("sourceHint")} autoComplete="off" />
      <fieldset className="space-y-4 border-t border-line pt-4">
        <legend className="sr-only">{t("dedupe")}</legend>
        <p className="text-table text-muted">{t("dedupeText")}</p>
        <TextField name="dedupe.path" label={t("dedupePath")} value={form.dedupePath} onChange={(dedupePath) => set({ dedupePath })} mono placeholder="$.transaction.id" autoComplete="off" />
        <NumberField name="dedupe.same_bytes_minutes" label={t("dedupeMinutes")} value={form.dedupeMinutes} onChange={(dedupeMinutes) => set({ dedupeMinutes })} hint={t("dedupeMinutesHint")} />
      </fieldset>
    </div>
  );
  return (
    <Dialog
      open onOpenChange={(open) => !open && onClose()} firm wide={tab === "mapping"} title={webhook ? t("editTitle", { name: webhook.name }) : t("add")}
      footer={<><Button onClick={onClose}>{t("cancel")}</Button><Button kind="primary" type="submit" form={FORM} busy={save.isPending}>{t(webhook ? "save" : "create")}</Button></>}
    >
      <Form id={FORM} error={save.error} onSubmit={() => save.mutate()} className="!max-w-none">
        <Tabs
          label={t("title")} value={tab} onChange={setTab}
          tabs={[
            { value: "general", title: t("general"), content: general },
            { value: "signature", title: t("signature"), content: <SignatureTab form={form} set={set} fresh={!webhook} /> },
            { value: "mapping", title: t("mapping"), content: webhook ? <MappingTab webhook={webhook} mapping={mapping} onChange={setMapping} /> : <p className="text-muted">{t("mappingLater")}</p> },
          ]}
        />
      </Form>
    </Dialog>
  );
}
