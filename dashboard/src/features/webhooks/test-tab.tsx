import { Link, useParams } from "@tanstack/react-router";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { key, refresh } from "../../api/queries";
import type { WebhookWithActivity } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { Button } from "../../ui/button";
import { CodeBlock } from "../../ui/copy";
import { AreaField, Form, FormField } from "../../ui/form";
import { Picker } from "../../ui/picker";
import { useWebhookTexts } from "./texts";

function payloadOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A sample, or what is pasted, through the webhook's own door, signed as its sender would sign it. */
export function TestTab({ webhook }: { webhook: WebhookWithActivity }) {
  const t = useWebhookTexts();
  const say = useWords();
  const { company } = useParams({ strict: false }) as { company: string };
  const [type, setType] = useState("order_approved");
  const [own, setOwn] = useState("");
  const catalogue = useQuery({ queryKey: key("catalogue"), staleTime: Infinity, queryFn: ({ signal }) => read(api.GET("/api/v1/catalogue", { signal })) });
  const bad = own.trim() !== "" && payloadOf(own) === undefined;
  const test = useMutation({
    mutationFn: () => read(api.POST("/api/v1/webhooks/{webhook_id}/test", { params: { path: { webhook_id: webhook.id } }, body: (own.trim() ? { payload: payloadOf(own) } : { event_type: type }) as never })),
    onSuccess: () => refresh("webhooks", "deliveries", "events"),
  });
  const told = test.data;
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
      <Form error={test.error} onSubmit={() => { if (!bad) test.mutate(); }}>
        <p className="text-table text-muted">{t(webhook.active ? "testText" : "testInactive")}</p>
        <FormField name="event_type" label={t("type")}>
          {(props) => <Picker id={props.id} label={t("type")} value={type} onChange={setType} disabled={own.trim() !== ""} options={(catalogue.data?.event_types ?? []).map((one) => ({ value: one.name, title: say(one.label) ?? one.name, note: one.name }))} />}
        </FormField>
        <AreaField name="payload" label={t("ownPayload")} value={own} onChange={setOwn} rows={8} mono hint={bad ? <span className="text-danger-fg">{t("notJson")}</span> : t("ownPayloadHint")} />
        <Button kind="primary" type="submit" busy={test.isPending} disabled={bad}>{t("sendTest")}</Button>
      </Form>
      {told && (
        <div role="status" className="min-w-0 space-y-3">
          <p className="rounded-control bg-success-soft px-4 py-2 text-table text-success-fg">{t(told.duplicate ? "testKnown" : "testStored")} <Link to={`/c/${company}/events/${told.id}` as string} className="underline">{t("seeEvent")}</Link></p>
          <CodeBlock label={t("sentPayload")} text={JSON.stringify(told.payload, null, 2)} />
        </div>
      )}
    </div>
  );
}
