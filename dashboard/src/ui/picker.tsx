/** Choosing from more than a handful: a button that opens a list with a search field. Up to seven fixed options take a `<select>`. */
import { Command } from "cmdk";
import { Check, ChevronsUpDown, X } from "lucide-react";
import { useState, type ReactNode } from "react";
import { cx } from "./cx";
import { Popover } from "./popover";
import { useUiTexts } from "./texts";

export interface Option { value: string; title: string; note?: string; disabled?: boolean }

interface Common {
  label: string;
  options: Option[];
  placeholder?: string;
  /** The search is the server's: told what was typed, it brings other `options`. */
  onSearch?: (text: string) => void;
  /** Shown instead of the list: loading, an error. */
  state?: ReactNode;
  id?: string;
  invalid?: boolean;
  describedBy?: string;
  disabled?: boolean;
}

const ITEM = "flex min-h-9 items-center gap-2 rounded px-2 text-table data-[selected=true]:bg-sunken data-[disabled=true]:text-faint pointer-coarse:min-h-11";

function List({ label, options, chosen, onPick, onSearch, state }: Common & { chosen: string[]; onPick: (value: string) => void }) {
  const t = useUiTexts();
  const [text, setText] = useState("");
  return (
    <Command label={label} shouldFilter={!onSearch} className="w-[min(320px,90vw)]">
      <Command.Input value={text} onValueChange={(next) => { setText(next); onSearch?.(next); }} placeholder={t("search")} aria-label={t("search")} className="h-10 w-full border-b border-line bg-transparent px-3 outline-none placeholder:text-faint" />
      <Command.List label={label} className="max-h-72 overflow-y-auto p-1">
        {state ?? <Command.Empty className="p-3 text-center text-table text-muted">{t("nothingFound")}</Command.Empty>}
        {options.map((one) => (
          <Command.Item key={one.value} value={one.value} keywords={[one.title, one.note ?? ""]} disabled={one.disabled} onSelect={() => onPick(one.value)} className={ITEM}>
            <span className="min-w-0 grow"><span className="block truncate">{one.title}</span>{one.note && <span className="block truncate text-caption text-muted">{one.note}</span>}</span>
            {chosen.includes(one.value) && <Check size={14} aria-hidden className="shrink-0" />}
          </Command.Item>
        ))}
      </Command.List>
    </Command>
  );
}

function Trigger({ common, text, ...rest }: { common: Common; text: string | null } & React.ButtonHTMLAttributes<HTMLButtonElement>) {
  return (
    <button type="button" {...rest} id={common.id} disabled={common.disabled} aria-label={`${common.label}: ${text ?? common.placeholder ?? "—"}`} aria-invalid={common.invalid || undefined} aria-describedby={common.describedBy} className="field flex items-center justify-between gap-2 text-left disabled:opacity-60">
      <span className={cx("truncate", text === null && "text-faint")}>{text ?? common.placeholder ?? "—"}</span>
      <ChevronsUpDown size={14} aria-hidden className="shrink-0 text-faint" />
    </button>
  );
}

/** One of many. */
export function Picker({ value, onChange, ...common }: Common & { value: string | null; onChange: (value: string) => void }) {
  const [open, setOpen] = useState(false);
  const title = value ? common.options.find((one) => one.value === value)?.title ?? value : null;
  return (
    <Popover label={common.label} align="start" open={open} onOpenChange={setOpen} trigger={<Trigger common={common} text={title} />}>
      <List {...common} chosen={value ? [value] : []} onPick={(next) => { onChange(next); setOpen(false); }} />
    </Popover>
  );
}

/** Several of many, as chips above the button. */
export function ManyPicker({ values, onChange, ...common }: Common & { values: string[]; onChange: (values: string[]) => void }) {
  const t = useUiTexts();
  const title = (value: string) => common.options.find((one) => one.value === value)?.title ?? value;
  const flip = (value: string) => onChange(values.includes(value) ? values.filter((one) => one !== value) : [...values, value]);
  return (
    <div className="space-y-1.5">
      {values.length > 0 && (
        <ul aria-label={common.label} className="flex flex-wrap gap-1.5">
          {values.map((value) => (
            <li key={value} className="inline-flex h-7 items-center gap-1 rounded-full bg-accent-soft pl-3 text-table text-accent-fg">
              <span className="max-w-56 truncate">{title(value)}</span>
              <button type="button" aria-label={t("takeOut", { name: title(value) })} onClick={() => flip(value)} className="grid h-7 w-7 place-items-center rounded-full"><X size={12} aria-hidden /></button>
            </li>
          ))}
        </ul>
      )}
      <Popover label={common.label} align="start" trigger={<Trigger common={common} text={null} />}>
        <List {...common} chosen={values} onPick={flip} />
      </Popover>
    </div>
  );
}
