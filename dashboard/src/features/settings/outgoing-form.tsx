import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { key, refresh } from "../../api/queries";
import type { OutgoingWebhook } from "../../api/schema.gen";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { asNumber, Form, FormField, NumberField, TextField } from "../../ui/form";
import { ErrorBox, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { useSettingsTexts } from "./texts";

export function OutgoingForm({ of, onClose, onSecret }: { of?: OutgoingWebhook; onClose: () => void; onSecret: (secret: string) => void }) {
  const t = useSettingsTexts();
  const [name, setName] = useState(of?.name ?? "");
  const [url, setUrl] = useState(of?.url ?? "https://");
  const [types, setTypes] = useState<string[]>(of?.event_types ?? []);
  const [concurrency, setConcurrency] = useState(String(of?.concurrency ?? 5));
  const known = useQuery({ queryKey: key("outgoing-webhooks", "types"), staleTime: Infinity, queryFn: ({ signal }) => read(api.GET("/api/v1/outgoing-webhooks/event-types", { signal })) });
  const save = useMutation({
    mutationFn: async (): Promise<string | null> => {
      const body = { name: name.trim(), url: url.trim(), event_types: types as never, concurrency: asNumber(concurrency) as number, active: of?.active ?? true };
      if (of) { await read(api.PATCH("/api/v1/outgoing-webhooks/{outgoing_webhook_id}", { params: { path: { outgoing_webhook_id: of.id } }, body })); return null; }
      return (await read(api.POST("/api/v1/outgoing-webhooks", { body }))).secret;
    },
    onSuccess: (secret) => { refresh("outgoing-webhooks"); onClose(); if (secret) onSecret(secret); else toast(t("saved")); },
  });
  const flip = (type: string) => setTypes(types.includes(type) ? types.filter((one) => one !== type) : [...types, type]);
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} firm title={of ? t("editOutgoing", { name: of.name }) : t("newOutgoing")} footer={<Button kind="primary" type="submit" form="outgoing" busy={save.isPending}>{t("save")}</Button>}>
      <Form id="outgoing" error={save.error} onSubmit={() => !save.isPending && save.mutate()}>
        <TextField name="name" label={t("name")} value={name} onChange={setName} autoFocus autoComplete="off" />
        <TextField name="url" label={t("url")} hint={t("urlHint")} type="url" value={url} onChange={setUrl} mono autoComplete="off" />
        <FormField name="event_types" label={t("tells")}>
          {(props) => (known.error ? <ErrorBox error={known.error} onRetry={() => void known.refetch()} /> : !known.data ? <Skeleton rows={3} /> : (
            <div role="group" aria-label={t("tells")} aria-describedby={props["aria-describedby"]} className="grid grid-cols-1 sm:grid-cols-2">
              {known.data.data.map((type) => <label key={type} className="flex min-h-8 items-center gap-2 text-table pointer-coarse:min-h-11"><input type="checkbox" className="h-4 w-4 accent-[var(--accent)]" checked={types.includes(type)} onChange={() => flip(type)} /><code className="text-caption">{type}</code></label>)}
            </div>
          ))}
        </FormField>
        <NumberField name="concurrency" label={t("concurrency")} hint={t("concurrencyHint")} value={concurrency} onChange={setConcurrency} />
      </Form>
    </Dialog>
  );
}
