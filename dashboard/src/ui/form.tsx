/** Forms whose errors are the API's: each under its field, the first one focused, all of them linked at the top. */
import { createContext, useContext, useEffect, useId, useMemo, useRef, useState, type FormEvent, type ReactNode } from "react";
import { useLanguage } from "../i18n";
import { inPortuguese } from "../lib/field-reasons";
import { cx } from "./cx";
import { ErrorBox, useErrorText } from "./states";
import { useUiTexts } from "./texts";

export interface FieldError { field: string; reason: string; reason_text?: { pt?: string; en?: string } | null }

/** The errors of a refused change; `Problem` has them. */
export function fieldErrors(error: unknown): FieldError[] {
  const fields = (error as { fields?: unknown } | null | undefined)?.fields;
  return Array.isArray(fields) ? (fields as FieldError[]) : [];
}

/** Whether an error at `field` belongs to the input called `name`: itself, or a part of it. */
export function belongs(field: string, name: string): boolean {
  return field === name || field.startsWith(`${name}.`) || field.startsWith(`${name}[`);
}

const Refused = createContext<FieldError[]>([]);

export function useFieldReason(): (error: FieldError) => string {
  const language = useLanguage();
  return (error) => (language === "en" ? error.reason_text?.en ?? error.reason : error.reason_text?.pt ?? inPortuguese(error.reason));
}

interface FormProps { id?: string; error?: unknown; onSubmit: () => void; children: ReactNode; className?: string }

/** `error` is what the last try threw; the input stays. Put the buttons inside, or outside with `form={id}`. */
export function Form({ id, error, onSubmit, children, className }: FormProps) {
  const t = useUiTexts();
  const words = useErrorText();
  const reason = useFieldReason();
  const box = useRef<HTMLFormElement>(null);
  const errors = useMemo(() => fieldErrors(error), [error]);
  const [places, setPlaces] = useState<{ error: FieldError; label: string | null; target: string | null }[]>([]);
  useEffect(() => {
    const inputs = [...(box.current?.querySelectorAll<HTMLElement>("[data-field]") ?? [])];
    setPlaces(errors.map((one) => {
      const input = inputs.find((each) => belongs(one.field, each.dataset.field!));
      return { error: one, label: input?.dataset.label ?? null, target: input?.dataset.field ?? null };
    }));
    if (errors.length) inputs.find((each) => errors.some((one) => belongs(one.field, each.dataset.field!)))?.querySelector<HTMLElement>("input,select,textarea,button")?.focus();
  }, [errors]);
  const focus = (target: string) => box.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(target)}"] :is(input,select,textarea,button)`)?.focus();
  const lost = places.filter((one) => one.target === null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation();
    onSubmit();
  };
  return (
    <Refused value={errors}>
      <form ref={box} id={id} onSubmit={submit} noValidate className={cx("max-w-160 space-y-4", className)}>
        {error != null && errors.length === 0 && <ErrorBox error={error} title={t("refused")} text={words(error)} onRetry={null} />}
        {(places.length > 1 || lost.length > 0) && (
          <div role="alert" className="rounded-control bg-danger-soft px-4 py-3 text-table text-danger-fg">
            <p className="font-semibold">{t("fieldsWrong", { count: places.length })}</p>
            <ul className="list-disc pl-5">
              {places.map(({ error: one, label, target }) => (
                <li key={`${one.field} ${one.reason}`}>{target ? <button type="button" className="min-h-6 text-left underline" onClick={() => focus(target)}>{`${label ?? one.field}: ${reason(one)}`}</button> : `${one.field}: ${reason(one)}`}</li>
              ))}
            </ul>
          </div>
        )}
        {children}
      </form>
    </Refused>
  );
}

export interface InputProps { id: string; "aria-invalid": true | undefined; "aria-describedby": string | undefined }
interface FieldProps { name: string; label: string; hint?: ReactNode; className?: string; children: (props: InputProps) => ReactNode }

/** A label, an input of any kind, its hint, and what the API said about it. `name` is the field's path in the API. */
export function FormField({ name, label, hint, className, children }: FieldProps) {
  const id = useId();
  const reason = useFieldReason();
  const errors = useContext(Refused).filter((one) => belongs(one.field, name));
  const wrong = errors.length > 0;
  return (
    <div data-field={name} data-label={label} className={cx("min-w-0 space-y-1", className)}>
      <label htmlFor={id} className="block text-table font-medium">{label}</label>
      {children({ id, "aria-invalid": wrong || undefined, "aria-describedby": wrong || hint ? `${id}-note` : undefined })}
      {(wrong || hint) && (
        <div id={`${id}-note`} className={cx("text-caption", wrong ? "text-danger-fg" : "text-muted")}>
          {wrong ? errors.map((one) => <p key={one.field + one.reason}>{one.field === name ? reason(one) : `${one.field.slice(name.length).replace(/^\./, "")}: ${reason(one)}`}</p>) : hint}
        </div>
      )}
    </div>
  );
}

interface TextProps extends Omit<React.InputHTMLAttributes<HTMLInputElement>, "onChange" | "value" | "id" | "name"> { name: string; label: string; hint?: ReactNode; value: string; onChange: (value: string) => void; mono?: boolean }

export function TextField({ name, label, hint, value, onChange, mono, className, ...rest }: TextProps) {
  return <FormField name={name} label={label} hint={hint} className={className}>{(props) => <input {...rest} {...props} name={name} className={cx("field", mono && "font-mono")} value={value} onChange={(event) => onChange(event.target.value)} />}</FormField>;
}

interface AreaProps { name: string; label: string; hint?: ReactNode; value: string; onChange: (value: string) => void; rows?: number; mono?: boolean; className?: string; maxLength?: number; placeholder?: string }

export function AreaField({ name, label, hint, value, onChange, rows = 4, mono, className, maxLength, placeholder }: AreaProps) {
  return <FormField name={name} label={label} hint={hint} className={className}>{(props) => <textarea {...props} name={name} rows={rows} maxLength={maxLength} placeholder={placeholder} className={cx("field !h-auto py-1.5", mono && "font-mono text-table")} value={value} onChange={(event) => onChange(event.target.value)} />}</FormField>;
}

interface ChoiceProps { name: string; label: string; hint?: ReactNode; value: string; onChange: (value: string) => void; options: { value: string; title: string; disabled?: boolean }[]; className?: string; disabled?: boolean }

/** Up to seven fixed options; more take a `Picker` inside a `FormField`. */
export function ChoiceField({ name, label, hint, value, onChange, options, className, disabled }: ChoiceProps) {
  return (
    <FormField name={name} label={label} hint={hint} className={className}>
      {(props) => <select {...props} name={name} disabled={disabled} className="field" value={value} onChange={(event) => onChange(event.target.value)}>{options.map((one) => <option key={one.value} value={one.value} disabled={one.disabled}>{one.title}</option>)}</select>}
    </FormField>
  );
}

/** A whole number or nothing: what is typed stays text until it is sent (`asNumber`). */
export function NumberField(props: Omit<TextProps, "type" | "inputMode">) {
  return <TextField {...props} inputMode="numeric" className={cx("max-w-60", props.className)} />;
}

/** "30" is 30, "" is null, and what is no number goes to the API as it is: it says what is wrong. */
export function asNumber(text: string): number | null | string {
  const plain = text.trim();
  if (!plain) return null;
  const n = Number(plain.replace(",", "."));
  return Number.isFinite(n) ? n : plain;
}

export function CheckField({ name, label, hint, checked, onChange, disabled }: { name: string; label: string; hint?: ReactNode; checked: boolean; onChange: (on: boolean) => void; disabled?: boolean }) {
  const id = useId();
  const reason = useFieldReason();
  const errors = useContext(Refused).filter((one) => belongs(one.field, name));
  return (
    <div data-field={name} data-label={label} className="space-y-1">
      <label className="flex min-h-8 items-start gap-2 py-1.5 text-table"><input type="checkbox" name={name} checked={checked} disabled={disabled} onChange={(event) => onChange(event.target.checked)} aria-invalid={errors.length > 0 || undefined} aria-describedby={errors.length || hint ? id : undefined} className="mt-0.5 h-4 w-4 shrink-0 accent-[var(--accent)]" /><span>{label}</span></label>
      {(errors.length > 0 || hint) && <div id={id} className={cx("pl-6 text-caption", errors.length ? "text-danger-fg" : "text-muted")}>{errors.length ? errors.map((one) => reason(one)).join(" ") : hint}</div>}
    </div>
  );
}
