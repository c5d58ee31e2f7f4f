/** The fields of one step, by its type. */
import type { FieldInfo } from "../../api/automation";
import { useWords } from "../../i18n";
import { FormField } from "../../ui/form";
import { MessageField } from "../../ui/message/field";
import { Picker, type Option } from "../../ui/picker";
import { Varies } from "../templates/varies";
import type { Choices } from "./choices";
import { Conditions, FieldPicker } from "./conditions";
import { inUnit, UNITS, type Step, type Unit } from "./steps";
import { useRuleTexts } from "./texts";
import { countOf, type Json } from "./tree";
import { textOf } from "./values";
import { DaysField, Zones } from "./schedule";
import type { Speech } from "./words";

export interface FieldsOf { fields: FieldInfo[]; speech: Speech; paths: Map<number, string>; eventTypes: Option[] }
interface Props extends FieldsOf { step: Step; path: string; choices: Choices; change: (change: (step: Step) => Step) => void }

const WHAT_WORDS = { text: "what_text", template: "what_template", image: "what_image" } as const;
const UNIT_WORDS = { s: "unit_s", min: "unit_min", h: "unit_h", d: "unit_d" } as const;
const MOST_TEXT = 4096;
const MOST_CAPTION = 1024;

export function StepFields({ step, path, choices, change, ...of }: Props) {
  const t = useRuleTexts();
  const { data } = step;
  const set = (part: Step["data"]) => change((one) => ({ ...one, data: { ...one.data, ...part } }));
  const choose = (name: string, label: string, options: Option[]) => (
    <FormField name={`${path}.${name}`} label={label}>
      {(props) => <Picker id={props.id} invalid={Boolean(props["aria-invalid"])} describedBy={props["aria-describedby"]} label={label} placeholder={t("choose")} options={options} value={data[name] ? String(data[name]) : null} onChange={(value) => set({ [name]: value })} />}
    </FormField>
  );
  if (step.type === "send") return <Send step={step} path={path} choices={choices} set={set} fields={of.fields} choose={choose} />;
  if (step.type === "wait") return <Duration path={`${path}.delay_s`} label={t("waitFor")} seconds={data.delay_s ?? null} onChange={(seconds) => set({ delay_s: seconds })} />;
  if (step.type === "wait_until") return <Until {...of} step={step} path={path} set={set} />;
  if (step.type === "branch")
    return (
      // With conditions in it the errors are theirs; without one it is the branch's own.
      <FormField name={countOf(step.when!) === 0 ? `${path}.when` : `${path}.when!`} label={t("branchWhen")}>
        {() => <Conditions {...of} branch root={step.when!} set={(when) => change((one) => ({ ...one, when }))} />}
      </FormField>
    );
  if (step.type === "add_tag") return <FormField name={`${path}.tag`} label={t("tagName")}>{(props) => <input {...props} className="field max-w-80" value={textOf(data.tag ?? "")} onChange={(event) => set({ tag: event.target.value })} />}</FormField>;
  if (step.type === "add_to_list") return choose("list_id", t("list"), choices.lists);
  if (step.type === "call_webhook") return choose("webhook_id", t("outgoingWebhook"), choices.webhooks);
  return <p className="text-table text-muted">{t("keptStep")}</p>;
}

/** Variables that a text can hold: canonical fields and captured paths, with examples. */
export function useVariables(fields: FieldInfo[]): Option[] {
  const say = useWords();
  return fields.map((one) => ({ value: one.name, title: say(one.label) ?? one.name, note: one.example ? `${one.name} · ${one.example}` : one.name }));
}

function Send({ step, path, choices, set, fields, choose }: { step: Step; path: string; choices: Choices; set: (part: Step["data"]) => void; fields: FieldInfo[]; choose: (name: string, label: string, options: Option[]) => React.ReactNode }) {
  const t = useRuleTexts();
  const variables = useVariables(fields);
  const { data } = step;
  const what = data.image != null ? "image" : data.text != null ? "text" : "template";
  const turn = (next: string) => set({ text: next === "template" ? null : textOf(data.text ?? ""), template_id: next === "template" ? data.template_id ?? "" : null, image: next === "image" ? "pix_code" : null, variants: next === "template" ? data.variants ?? null : null });
  return (
    <>
      <div className="grid gap-3 sm:grid-cols-2">
        {choose("session_id", t("byNumber"), choices.sessions)}
        <FormField name={`${path}.image`} label={t("what")}>
          {(props) => <select {...props} className="field" value={what} onChange={(event) => turn(event.target.value)}>{(["text", "template", "image"] as const).map((one) => <option key={one} value={one}>{t(WHAT_WORDS[one])}</option>)}</select>}
        </FormField>
      </div>
      {what === "template" ? choose("template_id", t("template"), choices.templates) : <MessageField name={`${path}.text`} label={t(what === "image" ? "caption" : "text")} value={textOf(data.text ?? "")} onChange={(text) => set({ text })} variables={variables} most={what === "image" ? MOST_CAPTION : MOST_TEXT} rows={3} />}
      {what === "template" && data.template_id != null && data.template_id !== "" && <Varies name={`${path}.variants`} templateId={String(data.template_id)} on={data.variants === true} onChange={(variants) => set({ variants: variants || null })} />}
      <FormField name={`${path}.to`} label={t("to")} hint={t("toHint")}>{(props) => <input {...props} className="field max-w-80" value={textOf(data.to ?? "")} onChange={(event) => set({ to: event.target.value })} />}</FormField>
    </>
  );
}

/** A number and its unit; what is no number goes to the API as it is. */
export function Duration({ path, label, seconds, onChange, hint }: { path: string; label: string; seconds: Json; onChange: (seconds: Json) => void; hint?: string }) {
  const t = useRuleTexts();
  const [n, unit] = typeof seconds === "number" ? inUnit(seconds) : [null, "min" as Unit];
  const read = (text: string, of: Unit): Json => (text.trim() === "" ? null : /^\d{1,7}$/.test(text.trim()) ? Number(text) * UNITS[of] : text);
  return (
    <FormField name={path} label={label} hint={hint}>
      {(props) => (
        <span className="flex max-w-60 gap-1">
          <input {...props} inputMode="numeric" className="field min-w-0" value={n ?? textOf(seconds)} onChange={(event) => onChange(read(event.target.value, unit))} />
          <select aria-label={t("unit")} className="field !w-auto" value={unit} onChange={(event) => onChange(typeof seconds === "number" ? (n ?? 0) * UNITS[event.target.value as Unit] : seconds)}>{(Object.keys(UNITS) as Unit[]).map((one) => <option key={one} value={one}>{t(UNIT_WORDS[one])}</option>)}</select>
        </span>
      )}
    </FormField>
  );
}

function Until({ step, path, set, fields, speech }: FieldsOf & { step: Step; path: string; set: (part: Step["data"]) => void }) {
  const t = useRuleTexts();
  const { data } = step;
  const byField = data.field != null;
  const offset = typeof data.offset_s === "number" ? data.offset_s : 0;
  const turn = (field: boolean) => set(field ? { time: null, zone: null, days: null, field: "pix_expires_at", offset_s: -600 } : { field: null, offset_s: null, fallback_s: null, if_missing: null, if_past: null, time: "09:00" });
  const ends = (name: "if_missing" | "if_past", label: string, otherwise: string) => (
    <FormField name={`${path}.${name}`} label={label}>{(props) => <select {...props} className="field" value={textOf(data[name] ?? otherwise)} onChange={(event) => set({ [name]: event.target.value })}><option value="end">{t("ends")}</option><option value="continue">{t("goesOn")}</option></select>}</FormField>
  );
  return (
    <>
      <FormField name={`${path}.type`} label={t("untilWhat")}>
        {(props) => <select {...props} className="field max-w-80" value={byField ? "field" : "time"} onChange={(event) => turn(event.target.value === "field")}><option value="time">{t("untilTime")}</option><option value="field">{t("untilField")}</option></select>}
      </FormField>
      {byField ? (
        <>
          <div className="grid gap-3 sm:grid-cols-2">
            <FormField name={`${path}.field`} label={t("timeField")}>{(props) => <FieldPicker id={props.id} invalid={Boolean(props["aria-invalid"])} describedBy={props["aria-describedby"]} fields={fields} speech={speech} only="time" value={String(data.field)} onChange={(field) => set({ field })} />}</FormField>
            <div className="flex items-end gap-1">
              <Duration path={`${path}.offset_s`} label={t("offset")} seconds={data.offset_s == null ? 0 : typeof data.offset_s === "number" ? Math.abs(offset) : data.offset_s} onChange={(seconds) => set({ offset_s: typeof seconds === "number" ? (offset > 0 ? seconds : -seconds) : seconds })} />
              <select aria-label={t("beforeAfter")} className="field !w-auto" value={offset > 0 ? "after" : "before"} onChange={(event) => set({ offset_s: (event.target.value === "after" ? 1 : -1) * (Math.abs(offset) || 60) })}><option value="before">{t("before")}</option><option value="after">{t("after")}</option></select>
            </div>
          </div>
          <div className="grid gap-3 sm:grid-cols-3">
            <Duration path={`${path}.fallback_s`} label={t("fallback")} seconds={data.fallback_s ?? null} onChange={(seconds) => set({ fallback_s: seconds })} />
            {data.fallback_s == null && ends("if_missing", t("ifMissing"), "end")}
            {ends("if_past", t("ifPast"), "continue")}
          </div>
        </>
      ) : (
        <>
          <div className="grid gap-3 sm:grid-cols-2">
            <FormField name={`${path}.time`} label={t("timeOfDay")}>{(props) => <input {...props} type="time" className="field max-w-40" value={textOf(data.time ?? "")} onChange={(event) => set({ time: event.target.value })} />}</FormField>
            <FormField name={`${path}.zone`} label={t("zone")}>{(props) => <select {...props} className="field" value={textOf(data.zone ?? "company")} onChange={(event) => set({ zone: event.target.value })}><Zones now={textOf(data.zone ?? "company")} /></select>}</FormField>
          </div>
          <DaysField name={`${path}.days`} days={Array.isArray(data.days) ? data.days.map(String) : []} onChange={(days) => set({ days: days.length ? days : null })} />
        </>
      )}
    </>
  );
}
