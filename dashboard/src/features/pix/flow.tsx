/** The PIX automation as one form: number, four parts with their texts, what the customer's phone shows, the code checked. */
import { Link, useParams } from "@tanstack/react-router";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useFields, useSending } from "../../api/automation";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import type { Flow, FlowKind } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { CheckField, Form, FormField, NumberField, TextField } from "../../ui/form";
import { MessageField } from "../../ui/message/field";
import { Card } from "../../ui/page";
import { Picker, type Option } from "../../ui/picker";
import { ErrorBox, useErrorText } from "../../ui/states";
import { Chip } from "../../ui/status";
import { Switch } from "../../ui/switch";
import { toast } from "../../ui/toasts";
import { useFormats } from "../../ui/when";
import { bodyOf, formOf, PARTS, type Part, type PixForm, type Value } from "./form";
import { PixPreview } from "./preview";
import { usePixTexts } from "./texts";

const MOST_TEXT = 4096;
const MOST_CAPTION = 1024;
const TITLES = { created: "created", reminder: "reminder", expired: "expiredPart", approved: "approved" } as const;
const HINTS = { created: "createdHint", reminder: "reminderHint", expired: "expiredHint", approved: "approvedHint" } as const;

export function FlowSettings({ kind, flow }: { kind: FlowKind; flow: Flow | null }) {
  const t = usePixTexts();
  const say = useWords();
  const words = useErrorText();
  const operator = useMay("operator");
  const [form, setForm] = useState<PixForm>(() => formOf(kind, flow));
  const [shown, setShown] = useState<Part>("created");
  const [ending, setEnding] = useState(false);
  const { fields } = useFields(["pix_created"]);
  const sending = useSending();
  const sessions: Option[] = sending.sessions.map((one) => ({ value: one.id, title: one.name, note: one.phone ?? one.transport }));
  const templates: Option[] = sending.templates.map((one) => ({ value: one.id, title: one.name, note: `${one.language} · ${one.status}` }));
  const variables: Option[] = fields.map((one) => ({ value: one.name, title: say(one.label) ?? one.name, note: one.example ? `${one.name} · ${one.example}` : one.name }));
  const save = useMutation({
    mutationFn: () => (flow ? read(api.PATCH("/api/v1/flows/pix", { body: bodyOf(form, flow) as never })) : read(api.POST("/api/v1/flows/pix", { body: bodyOf(form, null) as never }))),
    onSuccess: () => { toast(t(flow ? "saved" : "made")); refresh("flows", "rules"); },
  });
  const end = useMutation({
    mutationFn: () => read(api.DELETE("/api/v1/flows/pix", {})),
    onSuccess: () => { toast(t("ended")); setEnding(false); refresh("flows", "rules"); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  const change = (part: Partial<PixForm>) => setForm((before) => ({ ...before, ...part }));
  const setPart = (part: Part, name: string, value: Value) => setForm((before) => ({ ...before, parts: { ...before.parts, [part]: { ...before.parts[part], [name]: value } } }));
  const dirty = JSON.stringify(form) !== JSON.stringify(formOf(kind, flow));
  const waiting = flow?.rules.reduce((sum, one) => sum + one.waiting, 0) ?? 0;
  const preview = <PixPreview form={form} shown={shown} onShow={setShown} templates={sending.templates} />;
  if (!operator) return <div className="grid grid-cols-1 items-start gap-3 xl:grid-cols-[minmax(0,1fr)_400px]"><Told form={form} flow={flow} sessions={sessions} />{preview}</div>;
  return (
    <Form error={save.error} onSubmit={() => save.mutate()} className="!max-w-none">
      {!flow && <div className="card p-4"><h2 className="text-card">{t("beginTitle")}</h2><p className="mt-1 max-w-[72ch] text-muted">{t("beginText")}</p></div>}
      {sending.error != null && <ErrorBox error={sending.error} />}
      <div className="grid grid-cols-1 items-start gap-3 xl:grid-cols-[minmax(0,1fr)_400px]">
        <div className="min-w-0 space-y-3">
          <Card title={t("whole")} aside={flow && <Switch checked={form.active} onChange={(active) => change({ active })} label={t("flowActive")} />}>
            <div className="grid gap-3 sm:grid-cols-2">
              <FormField name="session_id" label={t("number")}>{(props) => <Picker id={props.id} invalid={Boolean(props["aria-invalid"])} describedBy={props["aria-describedby"]} label={t("number")} placeholder={t("choose")} options={sessions} value={form.session_id || null} onChange={(session_id) => change({ session_id })} />}</FormField>
              <TextField name="source" label={t("source")} value={form.source} onChange={(source) => change({ source })} placeholder={t("anySource")} />
            </div>
            <Hours form={form} change={change} />
          </Card>
          {PARTS.map((part) => <OnePart key={part} part={part} form={form} flow={flow} set={(name, value) => setPart(part, name, value)} variables={variables} templates={templates} shown={shown === part} onShow={() => setShown(part)} />)}
        </div>
        <div className="xl:sticky xl:top-14">{preview}</div>
      </div>
      <div className="sticky bottom-0 z-10 flex flex-wrap justify-end gap-2 border-t border-line bg-canvas py-3">
        {flow && <Button kind="quiet" className="mr-auto" onClick={() => setEnding(true)}>{t("end")}</Button>}
        {dirty && flow && <Button onClick={() => { setForm(formOf(kind, flow)); save.reset(); }}>{t("discard")}</Button>}
        <Button type="submit" kind="primary" busy={save.isPending} disabled={flow !== null && !dirty}>{t(flow ? "save" : "make")}</Button>
      </div>
      <Confirm open={ending} onOpenChange={setEnding} title={t("endTitle")} action={t("end")} danger busy={end.isPending} onConfirm={() => end.mutate()}><p>{t("endWaiting", { count: waiting })}</p><p>{t("endKeeps")}</p></Confirm>
    </Form>
  );
}

function Hours({ form, change }: { form: PixForm; change: (part: Partial<PixForm>) => void }) {
  const t = usePixTexts();
  const { schedule } = form;
  return (
    <div className="mt-3 space-y-3">
      <label className="flex min-h-8 items-center gap-2 text-table"><input type="checkbox" checked={schedule !== null} onChange={(event) => change({ schedule: event.target.checked ? { from: "08:00", to: "21:00", zone: "recipient" } : null })} className="h-4 w-4 accent-[var(--accent)]" />{t("onlyWithin")}</label>
      {schedule && (
        <div className="grid gap-3 sm:grid-cols-3">
          {(["from", "to"] as const).map((name) => <TextField key={name} name={`schedule.${name}`} label={t(name)} value={schedule[name]} placeholder="08:00" onChange={(value) => change({ schedule: { ...schedule, [name]: value } })} />)}
          <FormField name="schedule.zone" label={t("zone")}>{(props) => <select {...props} className="field" value={schedule.zone} onChange={(event) => change({ schedule: { ...schedule, zone: event.target.value } })}>{[...new Set(["company", "recipient", schedule.zone])].map((one) => <option key={one} value={one}>{one === "company" ? t("zoneCompany") : one === "recipient" ? t("zoneRecipient") : one}</option>)}</select>}</FormField>
        </div>
      )}
    </div>
  );
}

interface PartProps { part: Part; form: PixForm; flow: Flow | null; set: (name: string, value: Value) => void; variables: Option[]; templates: Option[]; shown: boolean; onShow: () => void }

function OnePart({ part, form, flow, set, variables, templates, shown, onShow }: PartProps) {
  const t = usePixTexts();
  const values = form.parts[part];
  const path = `parts.${part}`;
  const text = (name: string) => String(values[name] ?? "");
  const number = (name: string, label: string) => name in values && <NumberField name={`${path}.${name}`} label={label} value={text(name)} onChange={(value) => set(name, value)} />;
  const byTemplate = values.template_id !== null;
  return (
    <Card title={t(TITLES[part])} aside={<span className="flex items-center gap-3"><Waiting flow={flow} part={part} /><Switch checked={values.active === true} onChange={(on) => set("active", on)} label={t("partActive", { part: t(TITLES[part]) })} /></span>}>
      <div className="space-y-3">
        <p className="text-table text-muted">{t(HINTS[part])}</p>
        <div className="grid gap-3 sm:grid-cols-2">
          {number("minutes_before", t("minutesBefore"))}
          {number("fallback_minutes", t(part === "expired" ? "fallbackExpired" : "fallbackReminder"))}
        </div>
        <FormField name={`${path}.template_id`} label={t("what")}>
          {(props) => <select {...props} className="field max-w-80" value={byTemplate ? "template" : "text"} onChange={(event) => set("template_id", event.target.value === "template" ? "" : null)}><option value="text">{t("freeText")}</option><option value="template">{t("template")}</option></select>}
        </FormField>
        {byTemplate ? (
          <Picker label={t("template")} placeholder={t("choose")} options={templates} value={text("template_id") || null} onChange={(id) => set("template_id", id)} />
        ) : <MessageField name={`${path}.text`} label={t("text")} value={text("text")} onChange={(value) => set("text", value)} variables={variables} most={MOST_TEXT} />}
        {"code" in values && (
          <div className="grid gap-3 sm:grid-cols-2">
            <CheckField name={`${path}.code`} label={t("code")} checked={values.code === true} onChange={(on) => set("code", on)} />
            {values.code === true && number("code_delay_s", t("codeDelay"))}
          </div>
        )}
        {"image" in values && <CheckField name={`${path}.image`} label={t("image")} checked={values.image === true} onChange={(on) => set("image", on)} />}
        {values.image === true && <MessageField name={`${path}.image_text`} label={t("caption")} value={text("image_text")} onChange={(value) => set("image_text", value)} variables={variables} most={MOST_CAPTION} rows={2} />}
        {!shown && <Button kind="quiet" onClick={onShow}>{t("showPreview")}</Button>}
      </div>
    </Card>
  );
}

function Waiting({ flow, part }: { flow: Flow | null; part: Part }) {
  const t = usePixTexts();
  const { company } = useParams({ strict: false }) as { company: string };
  const rule = flow?.rules.find((one) => one.part === part);
  if (!rule) return null;
  return <Link to={`/c/${company}/rules/${rule.rule_id}` as string} search={{ tab: "cases", state: "running" } as never} className="text-caption text-muted underline">{t("waitingN", { count: rule.waiting })}</Link>;
}

/** What is set, for who may not change it. */
function Told({ form, flow, sessions }: { form: PixForm; flow: Flow | null; sessions: Option[] }) {
  const t = usePixTexts();
  const { count } = useFormats();
  if (!flow) return <p className="card p-4 text-muted">{t("notInUse")}</p>;
  return (
    <div className="space-y-3">
      <p className="text-table text-muted">{`${t("number")}: ${sessions.find((one) => one.value === form.session_id)?.title ?? "—"}`}</p>
      {PARTS.map((part) => {
        const values = form.parts[part];
        return (
          <Card key={part} title={t(TITLES[part])} aside={<Chip tone={values.active ? "success" : "neutral"}>{t(values.active ? "flowOn" : "flowOff")}</Chip>}>
            <p className="text-table whitespace-pre-wrap">{String(values.text ?? "")}</p>
            {"minutes_before" in values && <p className="mt-2 text-caption text-muted">{`${t("minutesBefore")}: ${count(Number(values.minutes_before))}`}</p>}
            <p className="mt-1"><Waiting flow={flow} part={part} /></p>
          </Card>
        );
      })}
    </div>
  );
}
