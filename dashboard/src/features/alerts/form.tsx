import { useMutation, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { api, read } from "../../api/client";
import { key, refresh } from "../../api/queries";
import type { Alert } from "../../api/schema.gen";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { CheckField, ChoiceField, Form, FormField, NumberField, TextField } from "../../ui/form";
import { ManyPicker, Picker } from "../../ui/picker";
import { toast } from "../../ui/toasts";
import { ABOUT, FRESH, fromAlert, METRICS, toInput, type Draft, type Metric } from "./draft";
import { Past } from "./past";
import { useAlertTexts } from "./texts";

const UNITS = { share: "unit_share", minutes: "unit_minutes", seconds: "unit_seconds", count: "unit_count", ms: "unit_ms" } as const;

export function AlertForm({ alert, onClose }: { alert: Alert | null; onClose: () => void }) {
  const t = useAlertTexts();
  const id = useId();
  const [draft, setDraft] = useState<Draft>(() => (alert ? fromAlert(alert) : FRESH));
  const set = <K extends keyof Draft>(name: K) => (value: Draft[K]) => setDraft((now) => ({ ...now, [name]: value }));
  const sessions = useQuery({ queryKey: key("sessions", "hundred"), staleTime: 300_000, queryFn: ({ signal }) => read(api.GET("/api/v1/sessions", { params: { query: { limit: 100 } }, signal })) });
  const numbers = (sessions.data?.data ?? []).map((one) => ({ value: one.id, title: one.name, note: one.phone ?? undefined }));
  const { unit, windowed, by } = ABOUT[draft.metric];
  const save = useMutation<unknown, unknown, void>({
    mutationFn: () => (alert ? read(api.PATCH("/api/v1/alerts/{alert_id}", { params: { path: { alert_id: alert.id } }, body: toInput(draft) as never })) : read(api.POST("/api/v1/alerts", { body: toInput(draft) }))),
    onSuccess: () => { toast(t("saved")); refresh("alerts"); onClose(); },
  });
  const choose = (metric: string) => setDraft((now) => ({ ...now, metric: metric as Metric, threshold: ABOUT[metric as Metric].usual }));
  return (
    <Dialog open firm onOpenChange={(open) => !open && onClose()} title={t(alert ? "editAlert" : "newAlert")} description={t("how")}
      footer={<><Button onClick={onClose}>{t("cancel")}</Button><Button kind="primary" type="submit" form={id} busy={save.isPending}>{t("save")}</Button></>}>
      <Form id={id} error={save.error} onSubmit={() => save.mutate()}>
        <TextField name="name" label={t("name")} value={draft.name} onChange={set("name")} maxLength={100} autoComplete="off" />
        <ChoiceField name="metric" label={t("metric")} value={draft.metric} onChange={choose} options={METRICS.map((value) => ({ value, title: t(value) }))} />
        <div className="grid gap-4 sm:grid-cols-2">
          <NumberField name="threshold" label={t("threshold", { unit: t(UNITS[unit]) })} hint={t("thresholdHint")} value={draft.threshold} onChange={set("threshold")} />
          {windowed && <NumberField name="window_s" label={t("window")} hint={t("windowHint")} value={draft.window_min} onChange={set("window_min")} />}
        </div>
        <Past draft={draft} />
        {by === "sessions" && <FormField name="scope.session_ids" label={t("numbers")} hint={t("numbersHint")}>{(props) => <ManyPicker id={props.id} invalid={props["aria-invalid"]} describedBy={props["aria-describedby"]} label={t("numbers")} values={draft.sessions} onChange={set("sessions")} options={numbers} placeholder={t("allNumbers")} />}</FormField>}
        {by === "sources" && <TextField name="scope.sources" label={t("sources")} hint={t("sourcesHint")} value={draft.sources} onChange={set("sources")} autoComplete="off" />}
        <fieldset className="space-y-2 rounded-control border border-line p-3">
          <legend className="px-1 text-table font-medium">{t("channels")}</legend>
          <CheckField name="channels.app" label={t("channel_app")} checked={draft.app} onChange={set("app")} />
          <CheckField name="channels.webhook" label={t("channel_webhook")} hint={t("webhookHint")} checked={draft.webhook} onChange={set("webhook")} />
          <CheckField name="channels.whatsapp" label={t("channel_whatsapp")} checked={draft.whatsapp} onChange={set("whatsapp")} />
          {draft.whatsapp && (
            <div className="grid gap-4 pl-6 sm:grid-cols-2">
              <FormField name="channels.whatsapp.session_id" label={t("through")}>{(props) => <Picker id={props.id} invalid={props["aria-invalid"]} describedBy={props["aria-describedby"]} label={t("through")} value={draft.session_id || null} onChange={set("session_id")} options={numbers} />}</FormField>
              <TextField name="channels.whatsapp.to" label={t("phone")} type="tel" placeholder="+5511900000000" value={draft.phone} onChange={set("phone")} />
              <TextField name="channels.whatsapp.template" label={t("template")} hint={t("templateHint")} value={draft.template} onChange={set("template")} autoComplete="off" className="sm:col-span-2" />
            </div>
          )}
        </fieldset>
        <CheckField name="quiet" label={t("quietLabel")} hint={t("quietHint")} checked={draft.quiet} onChange={set("quiet")} />
        {draft.quiet && (
          <div className="grid grid-cols-2 gap-4">
            <TextField name="quiet.from" label={t("quietFrom")} type="time" value={draft.from} onChange={set("from")} />
            <TextField name="quiet.to" label={t("quietTo")} type="time" value={draft.to} onChange={set("to")} />
          </div>
        )}
      </Form>
    </Dialog>
  );
}
