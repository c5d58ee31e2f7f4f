/** Step 1: whom it is for. */
import { useQuery } from "@tanstack/react-query";
import { FileUp, Plus, Trash2 } from "lucide-react";
import { useId, useState } from "react";
import { api, read } from "../../../api/client";
import { key } from "../../../api/queries";
import { Button, IconButton } from "../../../ui/button";
import { Card } from "../../../ui/page";
import { ManyPicker } from "../../../ui/picker";
import { ErrorBox } from "../../../ui/states";
import { useFormats } from "../../../ui/when";
import { Labelled, useDraft, Wrong } from "./draft";
import { changed, FIELDS, isEverybody, OPERATORS, valueFor, type Audience, type Condition } from "./plan";
import { useWizardTexts } from "./texts";
import { Upload } from "./upload";

export function AudienceStep() {
  const t = useWizardTexts();
  const formats = useFormats();
  const { values, change } = useDraft();
  const [uploading, upload] = useState(false);
  const audience = (values.audience ?? null) as Audience | null;
  const lists = useQuery({ queryKey: key("lists", "all"), queryFn: ({ signal }) => read(api.GET("/api/v1/lists", { params: { query: { limit: 500 } }, signal })) });
  const tags = useQuery({ queryKey: key("tags", "all"), queryFn: ({ signal }) => read(api.GET("/api/v1/tags", { signal })) });
  const set = (part: Audience) => change({ audience: changed(audience, part) as never });
  const listOptions = (lists.data?.data ?? []).map((one) => ({ value: one.id, title: one.name, note: t("members", { count: one.members, n: `${formats.count(one.members)}${one.members_capped ? "+" : ""}` }) }));
  const tagOptions = (tags.data?.data ?? []).map((one) => ({ value: one.tag, title: one.tag, note: t("members", { count: one.contacts, n: `${formats.count(one.contacts)}${one.contacts_capped ? "+" : ""}` }) }));
  const everybody = isEverybody(audience);
  const trouble = lists.error ?? tags.error;
  return (
    <div className="space-y-3">
      <NameField />
      {trouble && <ErrorBox error={trouble} onRetry={() => { void lists.refetch(); void tags.refetch(); }} />}
      <fieldset className="flex flex-wrap gap-x-6 gap-y-2">
        <legend className="mb-1 text-table font-medium">{t("who")}</legend>
        <label className="inline-flex min-h-8 items-center gap-2"><input type="radio" name="who" checked={!everybody} onChange={() => change({ audience: null })} />{t("some")}</label>
        <label className="inline-flex min-h-8 items-center gap-2"><input type="radio" name="who" checked={everybody} onChange={() => change({ audience: {} })} />{t("everybody")}</label>
      </fieldset>
      {everybody ? <p className="text-muted">{t("everybodyText")}</p> : (
        <div className="grid grid-cols-1 gap-3 lg:grid-cols-2">
          <Card title={t("include")} aside={<Button className="!h-7" icon={<FileUp size={14} aria-hidden />} onClick={() => upload(true)}>{t("csv")}</Button>}>
            <div className="space-y-3">
              <Part label={t("lists")} name="audience.lists"><ManyPicker label={t("lists")} placeholder={t("choose")} options={listOptions} values={audience?.lists ?? []} onChange={(ids) => set({ lists: ids })} /></Part>
              <Part label={t("tagsAny")} name="audience.tags.any"><ManyPicker label={t("tagsAny")} placeholder={t("choose")} options={tagOptions} values={audience?.tags?.any ?? []} onChange={(any) => set({ tags: { ...audience?.tags, any } })} /></Part>
              <Part label={t("tagsAll")} name="audience.tags.all"><ManyPicker label={t("tagsAll")} placeholder={t("choose")} options={tagOptions} values={audience?.tags?.all ?? []} onChange={(all) => set({ tags: { ...audience?.tags, all } })} /></Part>
              <LastEvent audience={audience} onChange={(last_event) => set({ last_event })} />
            </div>
          </Card>
          <Card title={t("exclude")}>
            <div className="space-y-3">
              <Part label={t("notLists")} name="audience.exclude_lists"><ManyPicker label={t("notLists")} placeholder={t("choose")} options={listOptions} values={audience?.exclude_lists ?? []} onChange={(ids) => set({ exclude_lists: ids })} /></Part>
              <Part label={t("notTags")} name="audience.tags.none"><ManyPicker label={t("notTags")} placeholder={t("choose")} options={tagOptions} values={audience?.tags?.none ?? []} onChange={(none) => set({ tags: { ...audience?.tags, none } })} /></Part>
              <p className="text-caption text-muted">{t("alwaysOut")}</p>
            </div>
          </Card>
          <Card title={t("conditions")} className="lg:col-span-2"><Conditions conditions={audience?.fields ?? []} onChange={(fields) => set({ fields })} /></Card>
        </div>
      )}
      {uploading && <Upload onClose={() => upload(false)} onList={(id) => set({ lists: [...new Set([...(audience?.lists ?? []), id])] })} />}
    </div>
  );
}

function Part({ label, name, children }: { label: string; name: string; children: React.ReactNode }) {
  return <div data-field={name} className="space-y-1"><p className="text-table font-medium">{label}</p>{children}<Wrong name={name} /></div>;
}

function LastEvent({ audience, onChange }: { audience: Audience | null; onChange: (value: Audience["last_event"]) => void }) {
  const t = useWizardTexts();
  const id = useId();
  const last = audience?.last_event;
  const days = (text: string) => (/^\d+$/.test(text) && Number(text) > 0 ? Math.min(3_650, Number(text)) : undefined);
  return (
    <fieldset className="space-y-1">
      <legend className="text-table font-medium">{t("lastEvent")}</legend>
      <div className="grid grid-cols-1 gap-2 sm:grid-cols-3">
        <label className="text-caption text-muted" htmlFor={`${id}a`}>{t("within")}<input id={`${id}a`} type="number" inputMode="numeric" min={1} max={3650} className="field" value={last?.within_days ?? ""} onChange={(event) => onChange({ ...last, within_days: days(event.target.value) })} /></label>
        <label className="text-caption text-muted" htmlFor={`${id}b`}>{t("older")}<input id={`${id}b`} type="number" inputMode="numeric" min={1} max={3650} className="field" value={last?.older_than_days ?? ""} onChange={(event) => onChange({ ...last, older_than_days: days(event.target.value) })} /></label>
        <label className="text-caption text-muted" htmlFor={`${id}c`}>{t("types")}<input id={`${id}c`} className="field" placeholder="pix_created, order_approved" defaultValue={last?.types?.join(", ") ?? ""} onBlur={(event) => onChange({ ...last, types: event.target.value.split(",").map((one) => one.trim()).filter(Boolean) })} /></label>
      </div>
      <Wrong name="audience.last_event" />
    </fieldset>
  );
}

/** Comparisons of the contacts' own and custom fields; all of them have to hold. One is added when it is whole. */
function Conditions({ conditions, onChange }: { conditions: Condition[]; onChange: (conditions: Condition[]) => void }) {
  const t = useWizardTexts();
  const [field, setField] = useState<string>("name");
  const [own, setOwn] = useState("");
  const [op, setOp] = useState<string>("equals");
  const [text, setText] = useState("");
  const custom = field === "custom";
  const name = custom ? own.trim() : field;
  const value = valueFor(op, text);
  const ready = name !== "" && value !== undefined;
  const [lacking, lack] = useState(false);
  const add = () => { lack(!ready); if (ready) { onChange([...conditions, { field: name, op, value }]); setText(""); } };
  const words = (one: Condition) => `${(FIELDS as readonly string[]).includes(one.field) ? t(one.field as "name") : one.field} ${t(one.op as "equals")} ${one.op === "exists" ? (one.value === false ? t("no") : t("yes")) : Array.isArray(one.value) ? one.value.join(", ") : String(one.value ?? "")}`;
  return (
    <div className="space-y-3" data-field="audience.fields">
      {conditions.length === 0 && <p className="text-table text-muted">{t("conditionsNone")}</p>}
      <ul className="space-y-1">
        {conditions.map((one, at) => (
          <li key={`${one.field} ${one.op} ${at}`} className="space-y-1">
            <span className="flex items-center gap-2 rounded-control bg-sunken py-0.5 pl-3 text-table"><span className="min-w-0 grow wrap-anywhere">{words(one)}</span><IconButton label={t("remove", { name: words(one) })} onClick={() => onChange(conditions.filter((_, each) => each !== at))}><Trash2 size={14} /></IconButton></span>
            <Wrong name={`audience.fields[${at}]`} />
          </li>
        ))}
      </ul>
      <form className="flex flex-wrap items-end gap-2" onSubmit={(event) => { event.preventDefault(); add(); }}>
        <label className="text-caption text-muted">{t("field")}<select className="field" value={field} onChange={(event) => setField(event.target.value)}>{FIELDS.map((one) => <option key={one} value={one}>{t(one)}</option>)}<option value="custom">{t("custom")}</option></select></label>
        {custom && <label className="text-caption text-muted">{t("customName")}<input className="field" placeholder="plano" value={own} onChange={(event) => setOwn(event.target.value)} /></label>}
        <label className="text-caption text-muted">{t("operator")}<select className="field" value={op} onChange={(event) => { setOp(event.target.value); setText(""); }}>{OPERATORS.map((one) => <option key={one} value={one}>{t(one)}</option>)}</select></label>
        {op === "exists"
          ? <label className="text-caption text-muted">{t("value")}<select className="field" value={text || "true"} onChange={(event) => setText(event.target.value)}><option value="true">{t("yes")}</option><option value="false">{t("no")}</option></select></label>
          : <label className="min-w-32 grow text-caption text-muted sm:max-w-72">{op === "in" ? t("values") : t("value")}<input className="field" value={text} onChange={(event) => setText(event.target.value)} /></label>}
        <Button type="submit" icon={<Plus size={14} aria-hidden />}>{t("add")}</Button>
        {lacking && !ready && <p role="alert" className="basis-full text-caption text-danger-fg">{t("valueNeeded")}</p>}
      </form>
    </div>
  );
}

function NameField() {
  const t = useWizardTexts();
  const { values, change } = useDraft();
  return <Labelled name="name" label={t("name")} className="max-w-160">{(props) => <input {...props} className="field" maxLength={200} value={values.name ?? ""} onChange={(event) => change({ name: event.target.value })} />}</Labelled>;
}
