import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useMutation, useQuery } from "@tanstack/react-query";
import { CloudUpload, Lightbulb, Plus, Send, Trash2, X } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useFields } from "../../api/automation";
import { api, read } from "../../api/client";
import { key, refresh } from "../../api/queries";
import type { TemplateDetail as Detail } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { useUrlState } from "../../lib/url";
import { Button, IconButton } from "../../ui/button";
import { cx } from "../../ui/cx";
import { Confirm } from "../../ui/dialog";
import { ChoiceField, Form, FormField, TextField } from "../../ui/form";
import { MessageField } from "../../ui/message/field";
import { Card, Facts, PageHead } from "../../ui/page";
import { ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { Tabs } from "../../ui/tabs";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { Approval, ApprovalBanner } from "./approval";
import { bodyOf, formOf, NEW_TEMPLATE, openVariables, type TemplateForm } from "./form";
import { Quality } from "./page";
import { Preview } from "./preview";
import { keepExtras, keptExtras, MOST, NO_EXTRAS, type Extras } from "./review";
import { Submit, TestSend } from "./sending";
import { useTemplateTexts } from "./texts";

const Ideas = lazy(() => import("./ideas"));
const Variants = lazy(() => import("./variants/section"));

export function TemplateDetail() {
  const t = useTemplateTexts();
  const { company, templateId } = useParams({ strict: false }) as { company: string; templateId: string };
  const template = useQuery({ queryKey: key("templates", "one", templateId), placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/templates/{template_id}", { params: { path: { template_id: templateId } }, signal })) });
  if (!template.data) return <><PageHead title={t("template")} crumb={<Crumb company={company} />} />{template.error ? <ErrorBox error={template.error} onRetry={() => void template.refetch()} /> : <Skeleton onRetry={() => void template.refetch()} />}</>;
  return <Editor key={`${template.data.id} ${template.data.updated_at}`} stored={template.data} />;
}

export function NewTemplate() {
  const t = useTemplateTexts();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  return operator ? <Editor stored={null} /> : <><PageHead title={t("newTemplate")} crumb={<Crumb company={company} />} /><ErrorBox error={{ status: 403 }} /></>;
}

function Crumb({ company }: { company: string }) {
  const t = useTemplateTexts();
  return <Link to={`/c/${company}/templates` as string} className="hover:underline">{t("title")}</Link>;
}

function Editor({ stored }: { stored: Detail | null }) {
  const t = useTemplateTexts();
  const say = useWords();
  const words = useErrorText();
  const formats = useFormats();
  const navigate = useNavigate();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const [search, setSearch] = useUrlState();
  const [form, setForm] = useState<TemplateForm>(() => (stored ? formOf(stored) : NEW_TEMPLATE));
  const [extras, setExtras] = useState<Extras>(() => (stored ? keptExtras(company, stored.id) : NO_EXTRAS));
  const [eventId, setEventId] = useState<string | null>(null);
  const [dialog, open] = useState<"test" | "submit" | "delete" | "ideas" | null>(null);
  const { fields, error: fieldsError } = useFields([]);
  const variables = fields.map((one) => ({ value: one.name, title: say(one.label) ?? one.name, note: one.example ? `${one.name} · ${one.example}` : one.name }));
  const change = (part: Partial<TemplateForm>) => setForm((before) => ({ ...before, ...part }));
  const changeExtras = (part: Partial<Extras>) => { const next = { ...extras, ...part }; setExtras(next); if (stored) keepExtras(company, stored.id, next); };
  const save = useMutation({
    mutationFn: () => (stored ? read(api.PATCH("/api/v1/templates/{template_id}", { params: { path: { template_id: stored.id } }, body: bodyOf(form, false) })) : read(api.POST("/api/v1/templates", { body: bodyOf(form, true) }))),
    onSuccess: (made) => {
      toast(t("saved"));
      keepExtras(company, made.id, extras);
      refresh("templates");
      if (!stored) void navigate({ to: `/c/${company}/templates/${made.id}` as string, replace: true });
    },
  });
  const remove = useMutation({
    mutationFn: () => read(api.DELETE("/api/v1/templates/{template_id}", { params: { path: { template_id: stored!.id } } })),
    onSuccess: () => { toast(t("deleted", { name: stored!.name })); refresh("templates"); void navigate({ to: `/c/${company}/templates` as string }); },
    onError: (error) => { open(null); toast(words(error), { bad: true }); },
  });
  const meta = form.kind === "meta";
  const dirty = !stored || JSON.stringify(form) !== JSON.stringify(formOf(stored));
  const missing = openVariables(form.body);
  const inside = (
    <>
      {stored && <ApprovalBanner template={stored} />}
      {fieldsError != null && <ErrorBox error={fieldsError} />}
      {operator ? (
        <>
          <Card>
            <div className="grid gap-3 pt-2 sm:grid-cols-2">
              <TextField name="name" label={t("name")} value={form.name} onChange={(name) => change({ name })} hint={meta ? t("metaName") : undefined} />
              <ChoiceField name="kind" label={t("kind")} value={form.kind} onChange={(kind) => change({ kind: kind as TemplateForm["kind"] })} options={(["plain", "meta"] as const).map((value) => ({ value, title: t(value) }))} hint={t(meta ? "metaHint" : "plainHint")} />
              <TextField name="language" label={t("language")} value={form.language} onChange={(language) => change({ language })} placeholder="pt_BR" list="languages" />
              <ChoiceField name="category" label={t("category")} value={form.category} onChange={(category) => change({ category: category as TemplateForm["category"] })} options={(["utility", "marketing", "authentication"] as const).map((value) => ({ value, title: t(value) }))} />
              <datalist id="languages">{["pt_BR", "pt_PT", "en", "en_US", "es"].map((one) => <option key={one} value={one} />)}</datalist>
            </div>
          </Card>
          <Card>
            <div className="space-y-4 pt-2">
              {meta && <Short name="header" label={t("header")} value={extras.header} most={MOST.header} onChange={(header) => changeExtras({ header })} />}
              <MessageField name="body" label={t("body")} value={form.body} onChange={(body) => change({ body })} variables={variables} most={meta ? MOST.body : MOST.plain} rows={6} hint={t("marksHint")} />
              {meta && <Short name="footer" label={t("footer")} value={extras.footer} most={MOST.footer} onChange={(footer) => changeExtras({ footer })} />}
              {meta && <Buttons extras={extras} change={changeExtras} />}
              {meta && <p className="text-caption text-muted">{t("extrasHint")}</p>}
            </div>
          </Card>
          {missing.length > 0 && (
            <Card title={t("defaults")}>
              <p className="mb-3 text-table text-muted">{t("defaultsHint")}</p>
              <div className="grid gap-3 sm:grid-cols-2">{missing.map((one) => <TextField key={one} name={`defaults.${one}`} label={one} value={form.defaults[one] ?? ""} onChange={(text) => change({ defaults: { ...form.defaults, [one]: text } })} />)}</div>
            </Card>
          )}
          {meta && stored && dirty && <p className="text-table text-warning-fg">{t("metaChanged")}</p>}
          <div className="flex justify-end gap-2"><Button type="submit" kind="primary" busy={save.isPending} disabled={!dirty}>{t(stored ? "save" : "create")}</Button></div>
        </>
      ) : <Card title={t("body")}><p className="text-table whitespace-pre-wrap break-words">{form.body}</p></Card>}
      {stored && <Related template={stored} />}
    </>
  );
  const text = (
    <div className="grid grid-cols-1 items-start gap-3 lg:grid-cols-[minmax(0,1fr)_360px]">
      {operator ? <Form error={save.error} onSubmit={() => save.mutate()} className="!max-w-none">{inside}</Form> : <div className="space-y-4">{inside}</div>}
      <div className="lg:sticky lg:top-14"><Preview form={form} extras={meta ? extras : NO_EXTRAS} stored={stored} onEvent={setEventId} /></div>
    </div>
  );
  return (
    <>
      <PageHead title={stored?.name ?? t("newTemplate")} crumb={<Crumb company={company} />}>
        {!stored && <Button icon={<Lightbulb size={14} aria-hidden />} onClick={() => open("ideas")}>{t("ideas")}</Button>}
        {stored && <Approval template={stored} />}
        {stored && operator && <Button icon={<Send size={14} aria-hidden />} onClick={() => open("test")}>{t("testSend")}</Button>}
        {stored && operator && stored.kind === "meta" && <Button icon={<CloudUpload size={14} aria-hidden />} onClick={() => (dirty ? toast(t("saveFirst"), { bad: true }) : open("submit"))} aria-disabled={dirty}>{t("submit")}</Button>}
        {stored && operator && <Button kind="quiet" icon={<Trash2 size={14} aria-hidden />} onClick={() => open("delete")}>{t("delete")}</Button>}
      </PageHead>
      {stored?.kind === "plain" ? (
        <Tabs
          label={stored.name} value={search.tab === "variants" ? "variants" : "text"} onChange={(tab) => setSearch({ tab: tab === "text" ? undefined : tab }, { replace: false })}
          tabs={[{ value: "text", title: t("body"), content: text }, { value: "variants", title: `${t("variants")} · ${formats.count(stored.written.approved + stored.written.proposed)}`, content: <Suspense fallback={<Skeleton />}><Variants template={stored} variables={variables} /></Suspense> }]}
        />
      ) : text}
      {dialog === "ideas" && <Suspense fallback={null}><Ideas replaces={form.body.trim() !== ""} onTake={({ name, category, language, body }) => { change({ kind: "plain", name, category, language, body, defaults: {} }); open(null); }} onClose={() => open(null)} /></Suspense>}
      {dialog === "test" && stored && <TestSend template={stored} eventId={eventId} onClose={() => open(null)} />}
      {dialog === "submit" && stored && <Submit template={stored} extras={extras} onClose={() => open(null)} />}
      {stored && (
        <Confirm open={dialog === "delete"} onOpenChange={(on) => !on && open(null)} title={t("deleteTitle", { name: stored.name })} action={t("deleteTemplate")} danger busy={remove.isPending} onConfirm={() => remove.mutate()}>
          <p>{t("deleteRules", { count: stored.used_by.length })}</p>
          {stored.used_by.length > 0 && <ul className="list-disc pl-5">{stored.used_by.map((one) => <li key={one.id}>{one.name}</li>)}</ul>}
          {stored.kind === "meta" && <p>{t("deleteMeta")}</p>}
        </Confirm>
      )}
    </>
  );
}

function Short({ name, label, value, most, onChange }: { name: string; label: string; value: string; most: number; onChange: (value: string) => void }) {
  const t = useTemplateTexts();
  return (
    <FormField name={name} label={label}>
      {(props) => <span className="flex items-center gap-2"><input {...props} className="field" value={value} onChange={(event) => onChange(event.target.value)} /><span className={cx("shrink-0 text-caption tnum", value.length > most ? "text-danger-fg" : "text-muted")}>{t("counter", { used: value.length, most })}</span></span>}
    </FormField>
  );
}

function Buttons({ extras, change }: { extras: Extras; change: (part: Partial<Extras>) => void }) {
  const t = useTemplateTexts();
  const { buttons } = extras;
  const set = (at: number, part: Partial<Extras["buttons"][number]>) => change({ buttons: buttons.with(at, { ...buttons[at]!, ...part }) });
  return (
    <fieldset className="space-y-2">
      <legend className="text-table font-medium">{t("buttons")}</legend>
      {buttons.map((one, at) => (
        <div key={at} className="flex flex-wrap items-end gap-2">
          <div className="min-w-40 grow"><Short name={`buttons[${at}].text`} label={t("buttonText", { n: at + 1 })} value={one.text} most={MOST.button} onChange={(text) => set(at, { text })} /></div>
          <TextField name={`buttons[${at}].url`} label={t("buttonUrl")} value={one.url} onChange={(url) => set(at, { url })} placeholder="https://" className="min-w-40 grow" />
          <IconButton label={t("removeButton", { n: at + 1 })} onClick={() => change({ buttons: buttons.toSpliced(at, 1) })}><X size={14} /></IconButton>
        </div>
      ))}
      {buttons.length < MOST.buttons && <Button kind="quiet" icon={<Plus size={14} aria-hidden />} onClick={() => change({ buttons: [...buttons, { text: "", url: "" }] })}>{t("addButton")}</Button>}
    </fieldset>
  );
}

function Related({ template }: { template: Detail }) {
  const t = useTemplateTexts();
  const { company } = useParams({ strict: false }) as { company: string };
  return (
    <Card title={t("about")}>
      <Facts rows={[
        [t("usedIn"), template.used_by.length === 0 ? t("rulesN", { count: 0 }) : <ul key="rules">{template.used_by.map((one) => <li key={one.id}><Link to={`/c/${company}/rules/${one.id}` as string} className="underline">{one.name}</Link></li>)}</ul>],
        [t("otherLanguages"), template.variants.length === 0 ? "—" : <span key="variants" className="flex flex-wrap gap-3">{template.variants.map((one) => <Link key={one.id} to={`/c/${company}/templates/${one.id}` as string} className="underline">{one.language}</Link>)}</span>],
        [t("quality"), <Quality key="quality" value={template.quality} />],
        [t("synced"), <When key="synced" at={template.review?.told_at} />],
        [t("changed"), <When key="changed" at={template.updated_at} />],
      ]} />
    </Card>
  );
}
