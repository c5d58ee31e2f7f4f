/** A message's text: variables tinted, unknown names underlined while they are typed, a picker that inserts them, a counter. */
import { useRef } from "react";
import { isKnown, piecesOf, sourceOf, type Piece } from "../../lib/message-text";
import { cx } from "../cx";
import { FormField } from "../form";
import { Picker, type Option } from "../picker";
import { useMessageTexts } from "./texts";

interface Props {
  /** The field's path in the API. */
  name: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** What can be inserted: the variable's name, its title, an example. */
  variables: Option[];
  most: number;
  rows?: number;
  hint?: string;
}

export function MessageField({ name, label, value, onChange, variables, most, rows = 4, hint }: Props) {
  const t = useMessageTexts();
  const area = useRef<HTMLTextAreaElement>(null);
  const under = useRef<HTMLDivElement>(null);
  const known = new Set(variables.map((one) => one.value));
  const pieces = piecesOf(value);
  const wrong = (piece: Piece) => piece.kind === "broken" || (piece.kind === "variable" && known.size > 0 && !isKnown(piece, known));
  const strangers = pieces.filter(wrong);
  const insert = (variable: string) => {
    const at = area.current?.selectionStart ?? value.length;
    const end = area.current?.selectionEnd ?? at;
    onChange(`${value.slice(0, at)}{{${variable}}}${value.slice(end)}`);
    const caret = at + variable.length + 4;
    requestAnimationFrame(() => { area.current?.focus(); area.current?.setSelectionRange(caret, caret); });
  };
  const look = "w-full px-2.5 py-1.5 text-[14px] leading-5 whitespace-pre-wrap break-words pointer-coarse:text-[16px]";
  return (
    <FormField name={name} label={label} hint={hint}>
      {(props) => (
        <div className="space-y-1">
          <div className="relative rounded-control border border-line-strong bg-surface">
            <div ref={under} aria-hidden className={cx(look, "pointer-events-none absolute inset-0 overflow-hidden text-transparent")}>
              {pieces.map((piece, at) => <span key={at} className={cx(wrong(piece) ? "rounded-sm bg-danger-soft underline decoration-danger-fg decoration-wavy" : piece.kind === "variable" && "rounded-sm bg-accent-soft")}>{sourceOf(piece)}</span>)}
              {"\u200b"}
            </div>
            <textarea {...props} ref={area} name={name} rows={Math.max(rows, Math.min(14, value.split("\n").length + 1))} value={value} onChange={(event) => onChange(event.target.value)} onScroll={(event) => { if (under.current) under.current.scrollTop = event.currentTarget.scrollTop; }} className={cx(look, "relative block resize-none rounded-control bg-transparent")} />
          </div>
          {strangers.length > 0 && <p className="text-caption text-danger-fg">{strangers.some((one) => one.kind === "broken") ? t("broken") : t("unknown", { names: strangers.map(sourceOf).join(", ") })}</p>}
          <div className="flex items-center justify-between gap-3">
            <div className="w-48 min-w-0"><Picker label={t("insert")} placeholder={t("insert")} options={variables} value={null} onChange={insert} /></div>
            <span className={cx("text-caption tnum", value.length > most ? "text-danger-fg" : "text-muted")}>{t("counter", { used: value.length, most })}</span>
          </div>
        </div>
      )}
    </FormField>
  );
}
