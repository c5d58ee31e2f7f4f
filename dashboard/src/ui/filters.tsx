/** Chips of what is filtered, and a field to add one: `campo:valor`. All of it lives in the URL. */
import { Plus, X } from "lucide-react";
import { useId, useRef, useState, type FormEvent } from "react";
import { Button } from "./button";
import { called, meant, told, type FilterField } from "./filter-values";
import { useUiTexts } from "./texts";
import { useFormats } from "./when";

const OTHER = "other id";

interface Props { fields: FilterField[]; values: Record<string, string>; onChange: (name: string, value: string | undefined) => void; onClear: () => void }

export function FilterBar({ fields, values, onChange, onClear }: Props) {
  const t = useUiTexts();
  const formats = useFormats();
  const [name, setName] = useState(fields[0]!.name);
  const [text, setText] = useState("");
  const [typing, setTyping] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const suggested = useId();
  const field = fields.find((one) => one.name === name) ?? fields[0]!;
  const active = fields.filter((one) => values[one.name]);
  const turn = (next: string) => { setName(next); setText(""); setTyping(false); };
  const choose = (value: string) => (value === OTHER ? setTyping(true) : onChange(field.name, value));
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (!text.trim()) return input.current?.focus();
    onChange(field.name, meant(field, text.trim()));
    setText("");
    setTyping(false);
  };
  return (
    <div className="sticky top-12 z-20 -mx-1 flex min-h-12 flex-wrap items-center gap-2 bg-canvas px-1 py-2">
      <form onSubmit={add} className="flex min-w-0 gap-1">
        <select data-filter aria-label={t("filter")} className="field !w-32 shrink-0 sm:!w-36" value={field.name} onChange={(event) => turn(event.target.value)}>
          {fields.map((one) => <option key={one.name} value={one.name}>{one.title}</option>)}
        </select>
        {field.options && !typing ? (
          <select aria-label={field.title} className="field min-w-0 max-w-44" value="" onChange={(event) => choose(event.target.value)}>
            <option value="" disabled>{t("choose")}</option>
            {told(field.options, formats.date).map((one) => <option key={one.value} value={one.value}>{one.title}</option>)}
            {field.other && <option value={OTHER}>{t("otherId")}</option>}
          </select>
        ) : (
          <>
            <input ref={input} autoFocus={typing} aria-label={field.title} list={field.suggestions && suggested} placeholder={typing ? "id" : field.placeholder} className="field min-w-0 max-w-44" value={text} onChange={(event) => setText(event.target.value)} />
            {field.suggestions && <datalist id={suggested}>{field.suggestions.map((one) => <option key={one.value} value={one.value}>{one.title}</option>)}</datalist>}
            <Button type="submit" aria-label={t("filter")} title={t("filter")} className="!px-2"><Plus size={14} aria-hidden /></Button>
          </>
        )}
      </form>
      {active.map((one) => (
        <span key={one.name} className="inline-flex h-7 items-center gap-1 rounded-full bg-accent-soft pl-3 text-table text-accent-fg">
          {`${one.title}: ${called(one, values[one.name]!)}`}
          <button type="button" aria-label={t("removeFilter", { name: one.title })} className="grid h-7 w-7 place-items-center rounded-full" onClick={() => onChange(one.name, undefined)}><X size={12} aria-hidden /></button>
        </span>
      ))}
      {active.length > 1 && <Button kind="quiet" onClick={onClear}>{t("clearFilters")}</Button>}
    </div>
  );
}
