/** Step 2: what they read. Templates with their shares, each variable's source, and real people on the phone. */
import { useQuery } from "@tanstack/react-query";
import { ChevronLeft, ChevronRight, Plus, Trash2 } from "lucide-react";
import { useId, useState } from "react";
import { api, read } from "../../../api/client";
import { key } from "../../../api/queries";
import type { Template } from "../../../api/schema.gen";
import { useWords } from "../../../i18n";
import { phone } from "../../../lib/phone";
import { Button, IconButton } from "../../../ui/button";
import { Card } from "../../../ui/page";
import { bubbleOf, Phone } from "../../../ui/message/phone";
import { Picker } from "../../../ui/picker";
import { Empty, ErrorBox, Skeleton } from "../../../ui/states";
import { useFormats } from "../../../ui/when";
import { Varies } from "../../templates/varies";
import { Labelled, useDraft, Wrong } from "./draft";
import { canMap, hasOwn, kindOf, variablesOf, withSource, type Kind, type Source } from "./plan";
import { useWizardTexts } from "./texts";

const MOST_VARIANTS = 5;
const SAMPLES = 5;
type Variant = { template_id: string; share?: number; variants?: boolean };

export function MessageStep() {
  const t = useWizardTexts();
  const { values } = useDraft();
  const templates = useQuery({ queryKey: key("templates", "all"), queryFn: ({ signal }) => read(api.GET("/api/v1/templates", { params: { query: { limit: 500 } }, signal })) });
  const variants = (values.variants ?? []) as Variant[];
  const chosen = variants.flatMap((one) => templates.data?.data.find((each) => each.id === one.template_id) ?? []);
  if (templates.error && !templates.data) return <ErrorBox error={templates.error} onRetry={() => void templates.refetch()} />;
  if (!templates.data) return <Skeleton rows={4} onRetry={() => void templates.refetch()} />;
  if (templates.data.data.length === 0) return <Empty title={t("noTemplates")}><p>{t("noTemplatesText")}</p></Empty>;
  return (
    <div className="grid grid-cols-1 gap-3 lg:grid-cols-[minmax(0,1fr)_376px]">
      <div className="min-w-0 space-y-3">
        <Card title={t("templates")}><Variants templates={templates.data.data} variants={variants} /></Card>
        <Card title={t("variables")}><Variables names={variablesOf(chosen)} templates={chosen} /></Card>
      </div>
      <Card title={t("samples")} className="self-start lg:sticky lg:top-16"><Samples templates={templates.data.data} /></Card>
    </div>
  );
}

function Variants({ templates, variants }: { templates: Template[]; variants: Variant[] }) {
  const t = useWizardTexts();
  const say = useWords();
  const formats = useFormats();
  const { change } = useDraft();
  const whole = variants.reduce((sum, one) => sum + (one.share ?? 1), 0);
  const options = templates.map((one) => ({ value: one.id, title: one.name, note: [one.language, { utility: t("utility"), marketing: t("marketing"), authentication: t("authentication") }[one.category], one.status.toLowerCase() === "approved" ? "" : t("notApproved", { status: one.status })].filter(Boolean).join(" · ") }));
  const put = (at: number, one: Variant) => change({ variants: variants.map((each, index) => (index === at ? { ...each, ...one } : each)) });
  return (
    <div className="space-y-3">
      {variants.map((one, at) => {
        const template = templates.find((each) => each.id === one.template_id);
        return (
          <div key={at} className="flex flex-wrap items-start gap-2">
            <div className="min-w-48 grow space-y-1" data-field={`variants[${at}].template_id`}>
              <p className="text-table font-medium">{variants.length > 1 ? t("variant", { letter: "ABCDE"[at]! }) : t("template")}</p>
              <Picker label={t("template")} options={options} value={one.template_id} onChange={(template_id) => put(at, { ...one, template_id })} />
              {template?.stopped && <p className="text-caption text-warning-fg">{say(template.stopped.text) ?? template.stopped.reason}</p>}
              {template && template.status.toLowerCase() !== "approved" && <p className="text-caption text-warning-fg">{t("notApprovedText")}</p>}
              <Wrong name={`variants[${at}].template_id`} />
              <Varies name={`variants[${at}].variants`} templateId={one.template_id} on={one.variants ?? false} onChange={(on) => put(at, { ...one, variants: on })} />
              <Wrong name={`variants[${at}].variants`} />
            </div>
            {variants.length > 1 && (
              <Labelled name={`variants[${at}].share`} label={t("share")} hint={formats.percent((one.share ?? 1) / whole)} className="w-24">
                {(props) => <input {...props} type="number" inputMode="numeric" min={1} max={1000} className="field tnum" value={one.share ?? 1} onChange={(event) => put(at, { ...one, share: Math.max(1, Math.min(1_000, Math.round(Number(event.target.value) || 1))) })} />}
              </Labelled>
            )}
            <IconButton label={t("remove", { name: template?.name ?? t("template") })} className="mt-6" onClick={() => change({ variants: variants.length === 1 ? null : variants.filter((_, each) => each !== at) })}><Trash2 size={14} /></IconButton>
          </div>
        );
      })}
      {variants.length === 0 && <Picker label={t("template")} placeholder={t("chooseTemplate")} options={options} value={null} onChange={(template_id) => change({ variants: [{ template_id, share: 1 }] })} />}
      {variants.length > 0 && variants.length < MOST_VARIANTS && <Button icon={<Plus size={14} aria-hidden />} onClick={() => change({ variants: [...variants.map((one) => ({ ...one, share: one.share ?? 1 })), { template_id: templates.find((one) => !variants.some((each) => each.template_id === one.id))?.id ?? templates[0]!.id, share: 1 }] })}>{t("addVariant")}</Button>}
      {variants.length > 1 && <p className="text-caption text-muted">{t("variantText")}</p>}
      <Wrong name="variants" />
    </div>
  );
}

function Variables({ names, templates }: { names: string[]; templates: Template[] }) {
  const t = useWizardTexts();
  const { values, change } = useDraft();
  const sources = (values.variables ?? {}) as Record<string, Source>;
  if (names.length === 0) return <p className="text-table text-muted">{templates.length ? t("variablesNone") : t("variablesLater")}</p>;
  return (
    <ul className="space-y-4">
      {names.map((name) => <li key={name}><Variable name={name} source={sources[name]} fallback={templates.map((one) => one.defaults[name]).find(Boolean)} onChange={(source) => change({ variables: withSource(sources, name, source) as never })} /></li>)}
    </ul>
  );
}

function Variable({ name, source, fallback, onChange }: { name: string; source: Source | undefined; fallback: string | undefined; onChange: (source: Source | null) => void }) {
  const t = useWizardTexts();
  const id = useId();
  const [picked, pick] = useState<Kind | null>(null);
  const kind = picked ?? kindOf(source);
  const choose = (next: Kind) => {
    pick(next);
    if (next === "own") onChange(null);
    if (next === "field") onChange({ field: source?.field ?? "name", default: source?.default });
    if (next === "value") onChange({ value: source?.value ?? "", default: source?.default });
  };
  if (!canMap(name)) return <p className="text-table"><code>{name}</code> <span className="text-warning-fg">{t("deepPath")}</span></p>;
  return (
    <fieldset className="min-w-0 space-y-1" data-field={`variables.${name}`}>
      <legend className="text-table font-medium"><code>{`{{${name}}}`}</code></legend>
      <div className="grid grid-cols-1 gap-2 sm:grid-cols-3">
        <label className="text-caption text-muted">{t("from")}
          <select className="field" value={kind} onChange={(event) => choose(event.target.value as Kind)}>
            <option value="own">{hasOwn(name) ? t("own") : fallback ? t("ownDefault", { text: fallback }) : t("ownNone")}</option>
            <option value="field">{t("fromField")}</option>
            <option value="value">{t("fixed")}</option>
          </select>
        </label>
        {kind === "field" && <label className="text-caption text-muted">{t("field")}<input className="field" list={`${id}-fields`} value={source?.field ?? ""} onChange={(event) => onChange({ field: event.target.value.trim(), default: source?.default })} /><datalist id={`${id}-fields`}>{["name", "phone", "email", "document"].map((one) => <option key={one} value={one} />)}</datalist></label>}
        {kind === "value" && <label className="text-caption text-muted">{t("value")}<input className="field" value={source?.value ?? ""} onChange={(event) => onChange({ value: event.target.value, default: source?.default })} /></label>}
        {kind === "field" && <label className="text-caption text-muted">{t("default")}<input className="field" value={source?.default ?? ""} onChange={(event) => onChange({ field: source?.field ?? "name", default: event.target.value })} /></label>}
      </div>
      {kind === "own" && !hasOwn(name) && !fallback && <p className="text-caption text-warning-fg">{t("ownNoneText")}</p>}
      <Wrong name={`variables.${name}`} />
    </fieldset>
  );
}

/** Five real people of the audience, one after another. */
function Samples({ templates }: { templates: Template[] }) {
  const t = useWizardTexts();
  const say = useWords();
  const formats = useFormats();
  const { id, campaign, values } = useDraft();
  const [at, go] = useState(0);
  const ready = campaign.audience != null && (campaign.variants?.length ?? 0) > 0 && values.audience != null;
  const people = useQuery({
    queryKey: key("campaign-draft", "samples", id, campaign.updated_at), enabled: ready,
    queryFn: ({ signal }) => read(api.GET("/api/v1/campaigns/{campaign_id}/audience/people", { params: { path: { campaign_id: id }, query: { limit: SAMPLES } as never }, signal })),
  });
  if (!ready) return <p className="text-table text-muted">{values.audience == null ? t("samplesAudience") : t("samplesTemplate")}</p>;
  if (people.error && !people.data) return <ErrorBox error={people.error} onRetry={() => void people.refetch()} />;
  if (!people.data) return <Skeleton rows={3} onRetry={() => void people.refetch()} />;
  const rows = people.data.data;
  if (rows.length === 0) return <p className="text-table text-muted">{t("samplesNobody")}</p>;
  const index = Math.min(at, rows.length - 1);
  const one = rows[index]!;
  const template = templates.find((each) => each.name === one.template);
  const around = partsOf(template);
  return (
    <div className="space-y-3">
      <div className="flex items-center gap-2 text-table">
        <IconButton label={t("before")} disabled={index === 0} onClick={() => go(index - 1)}><ChevronLeft size={16} /></IconButton>
        <span className="min-w-0 grow truncate text-center" aria-live="polite">{`${one.name ?? phone(one.phone)} · ${t("nth", { at: formats.count(index + 1), of: formats.count(rows.length) })}`}</span>
        <IconButton label={t("after")} disabled={index === rows.length - 1} onClick={() => go(index + 1)}><ChevronRight size={16} /></IconButton>
      </div>
      <Phone label={t("samples")} name={one.name ?? phone(one.phone)} bubbles={[bubbleOf(one.text ?? "", around)]} />
      {one.reason && <p className="text-table text-warning-fg">{t("wouldNot", { why: say(one.reason_text) ?? one.reason })}</p>}
    </div>
  );
}

interface Component { type?: string; text?: string; buttons?: { text?: string }[] }

/** What stands around a template's text: header, footer, buttons. */
function partsOf(template: Template | undefined): { header?: string; footer?: string; buttons: string[] } {
  const components = (template?.components ?? []) as Component[];
  const of = (type: string) => components.find((one) => one.type?.toUpperCase() === type);
  return { header: of("HEADER")?.text, footer: of("FOOTER")?.text, buttons: (of("BUTTONS")?.buttons ?? []).flatMap((one) => one.text ?? []) };
}
