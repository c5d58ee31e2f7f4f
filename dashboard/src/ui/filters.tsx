/** Chips of what is filtered, and a field to add one: `campo:valor`. All of it lives in the URL. */
import { Plus, X } from "lucide-react";
import { useId, useRef, useState, type FormEvent } from "react";
import { Button } from "./button";
import { meant } from "./meant";
import { useUiTexts } from "./texts";

export interface FilterField { name: string; title: string; /** What one chooses from; where there is nothing to choose, a value is typed. */ options?: { value: string; title: string }[]; placeholder?: string; /** Values that one may type or pick; what is typed may be a title, or something of one's own. */ suggestions?: { value: string; title: string }[]; /** A value in words, where it is none of the options. */ show?: (value: string) => string }

interface Props { fields: FilterField[]; values: Record<string, string>; onChange: (name: string, value: string | undefined) => void; onClear: () => void }

export function FilterBar({ fields, values, onChange, onClear }: Props) {
  const t = useUiTexts();
  const [name, setName] = useState(fields[0]!.name);
  const [text, setText] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const suggested = useId();
  const field = fields.find((one) => one.name === name) ?? fields[0]!;
  const active = fields.filter((one) => values[one.name]);
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (!text.trim()) return input.current?.focus();
    onChange(field.name, meant(field, text.trim()));
    setText("");
  };
  return (
    <div className="sticky top-12 z-20 -mx-1 flex min-h-12 flex-wrap items-center gap-2 bg-canvas px-1 py-2">
      <form onSubmit={add} className="flex min-w-0 gap-1">
        <select data-filter aria-label={t("filter")} className="field !w-32 shrink-0 sm:!w-36" value={field.name} onChange={(event) => { setName(event.target.value); setText(""); }}>
          {fields.map((one) => <option key={one.name} value={one.name}>{one.title}</option>)}
        </select>
        {field.options?.length ? (
          <select aria-label={field.title} className="field min-w-0 max-w-44" value="" onChange={(event) => onChange(field.name, event.target.value)}>
            <option value="" disabled>{t("choose")}</option>
            {field.options.map((one) => <option key={one.value} value={one.value}>{one.title}</option>)}
          </select>
        ) : (
          <>
            <input ref={input} aria-label={field.title} list={field.suggestions && suggested} placeholder={field.placeholder} className="field min-w-0 max-w-44" value={text} onChange={(event) => setText(event.target.value)} />
            {field.suggestions && <datalist id={suggested}>{field.suggestions.map((one) => <option key={one.value} value={one.value}>{one.title}</option>)}</datalist>}
            <Button type="submit" aria-label={t("filter")} title={t("filter")} className="!px-2"><Plus size={14} aria-hidden /></Button>
          </>
        )}
      </form>
      {active.map((one) => (
        <span key={one.name} className="inline-flex h-7 items-center gap-1 rounded-full bg-accent-soft pl-3 text-table text-accent-fg">
          {`${one.title}: ${one.options?.find((option) => option.value === values[one.name])?.title ?? one.show?.(values[one.name]!) ?? values[one.name]}`}
          <button type="button" aria-label={t("removeFilter", { name: one.title })} className="grid h-7 w-7 place-items-center rounded-full" onClick={() => onChange(one.name, undefined)}><X size={12} aria-hidden /></button>
        </span>
      ))}
      {active.length > 1 && <Button kind="quiet" onClick={onClear}>{t("clearFilters")}</Button>}
    </div>
  );
}
