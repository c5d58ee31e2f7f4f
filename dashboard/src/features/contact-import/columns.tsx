/** Step two: how the file is read, and what each column means; its first fifty rows with the cells that cannot be taken. */
import { CircleAlert } from "lucide-react";
import { useState } from "react";
import type { ContactImport } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { Button } from "../../ui/button";
import { cx } from "../../ui/cx";
import { ChoiceField, Form, useFieldReason } from "../../ui/form";
import { Card } from "../../ui/page";
import { Picker } from "../../ui/picker";
import { Chip } from "../../ui/status";
import { useFormats } from "../../ui/when";
import { DELIMITERS, ENCODINGS, fieldName, withFormat, withTarget, type Draft, type Encoding, type Target } from "./draft";
import { tally } from "./tally";
import { useImportTexts } from "./texts";

const FIELD = "field:";
const IGNORED = "ignored";
const OWN = ["phone", "ddd", "name", "email", "document", "tags"] as const;
const DELIMITER_NAMES = { ";": "semicolon", ",": "comma", "\t": "tab", "|": "pipe" } as const;
const ENCODING_NAMES: Record<Encoding, string> = { "utf-8": "UTF-8", cp1252: "Latin-1 (Windows-1252)" };

/** A file, and what the API has against the mapping that was asked for. */
export type Looked = ContactImport & { refused: { field: string; reason: string }[] };

interface Props { file: Looked; draft: Draft; onChange: (draft: Draft) => void; onNext?: () => void }

export function Columns({ file, draft, onChange, onNext }: Props) {
  const t = useImportTexts();
  const reason = useFieldReason();
  const targets: Target[] = draft.mapping?.length === file.columns.length ? draft.mapping : file.columns.map((one) => one.target);
  const wrong = file.refused.length ? file.refused : (file.mapping_problems as { field: string; reason: string }[]);
  const general = wrong.filter((one) => !/^mapping\[\d+\]/.test(one.field));
  const noPhone = !targets.includes("phone");
  return (
    <div className="space-y-3">
      <Card title={t("format")}>
        <Form onSubmit={() => undefined} className="!max-w-none">
          <div className="grid gap-4 sm:grid-cols-3">
            <ChoiceField name="encoding" label={t("encoding")} hint={draft.encoding ? t("chosen") : t("detected")} value={file.encoding} onChange={(value) => onChange(withFormat(draft, { encoding: value as Encoding }))} options={ENCODINGS.map((one) => ({ value: one, title: ENCODING_NAMES[one] }))} />
            <ChoiceField name="delimiter" label={t("delimiter")} hint={draft.delimiter ? t("chosen") : t("detected")} value={file.delimiter} onChange={(value) => onChange(withFormat(draft, { delimiter: DELIMITERS.find((one) => one === value) }))} options={DELIMITERS.map((one) => ({ value: one, title: t(DELIMITER_NAMES[one]) }))} />
            <ChoiceField name="header" label={t("header")} hint={draft.header === undefined ? t("detected") : t("chosen")} value={file.header ? "yes" : "no"} onChange={(value) => onChange(withFormat(draft, { header: value === "yes" }))} options={[{ value: "yes", title: t("headerYes") }, { value: "no", title: t("headerNo") }]} />
          </div>
        </Form>
      </Card>
      {(noPhone || general.length > 0) && <p role="alert" className="rounded-control bg-danger-soft px-4 py-3 text-table text-danger-fg">{noPhone ? t("needsPhone") : general.map((one) => reason(one)).join(" ")}</p>}
      <Preview file={file} targets={targets} wrong={wrong} onTarget={(column, target) => onChange(withTarget(draft, targets, column, target))} />
      <div className="flex flex-wrap items-center justify-end gap-3">
        <Tally file={file} />
        {onNext && <Button kind="primary" disabled={noPhone || wrong.length > 0} onClick={onNext}>{t("next")}</Button>}
      </div>
    </div>
  );
}

function Tally({ file }: { file: ContactImport }) {
  const t = useImportTexts();
  const formats = useFormats();
  const sums = tally(file.rows);
  return <p role="status" className="grow text-table text-muted">{t("tally", { count: sums.rows, taken: formats.count(sums.taken), partly: formats.count(sums.partly), refused: formats.count(sums.refused) })}</p>;
}

function Preview({ file, targets, wrong, onTarget }: { file: ContactImport; targets: Target[]; wrong: { field: string; reason: string }[]; onTarget: (column: number, target: Target) => void }) {
  const t = useImportTexts();
  const say = useWords();
  const extra = Math.max(0, ...file.rows.map((row) => row.cells.length - file.columns.length));
  return (
    <div className="card overflow-x-auto" tabIndex={0} role="region" aria-label={t("preview")}>
      <table className="w-full border-collapse text-table" aria-label={t("preview")}>
        <thead>
          <tr className="border-b border-line text-left align-top">
            <th scope="col" className="px-3 py-2 text-caption font-medium text-muted">{t("row")}</th>
            {file.columns.map((column, at) => (
              <th key={at} scope="col" className="min-w-44 px-3 py-2 font-normal">
                <span className="mb-1 block max-w-56 truncate font-medium" title={column.name}>{column.name}</span>
                <Meaning column={column.name} target={targets[at] ?? null} error={wrong.find((one) => one.field === `mapping[${at}]`)} onTarget={(target) => onTarget(at, target)} />
              </th>
            ))}
            {extra > 0 && <th scope="col" className="px-3 py-2 text-caption font-medium text-muted">{t("surplus")}</th>}
          </tr>
        </thead>
        <tbody>
          {file.rows.map((row) => {
            const bad = new Map(row.wrong.map((one) => [one.column, say(one.problem_text) ?? one.problem]));
            const refused = row.problem !== null && row.phone === null;
            return (
              <tr key={row.row} className={cx("h-8 border-b border-line last:border-0", refused && "bg-danger-soft")}>
                <th scope="row" className="px-3 text-left font-normal whitespace-nowrap text-muted tnum">
                  <span className="flex items-center gap-2">{row.row}{row.problem && <Chip tone={refused ? "danger" : "warning"} icon={CircleAlert} title={say(row.problem_text) ?? row.problem}>{refused ? t("refused") : t("partly")}</Chip>}</span>
                </th>
                {row.problem === "open_quote" ? <Cell text={row.cells.join(" ")} span={file.columns.length + (extra > 0 ? 1 : 0)} problem={say(row.problem_text) ?? row.problem} /> : (
                  <>
                    {file.columns.map((_, at) => <Cell key={at} text={row.cells[at] ?? ""} problem={bad.get(at)} faint={targets[at] == null} />)}
                    {extra > 0 && <Cell text={row.cells.slice(file.columns.length).join(" ")} problem={[...bad].find(([at]) => at >= file.columns.length)?.[1]} />}
                  </>
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
      {file.rows.length === 0 && <p className="p-4 text-muted">{t("noRows")}</p>}
    </div>
  );
}

function Cell({ text, problem, faint, span }: { text: string; problem?: string; faint?: boolean; span?: number }) {
  if (!problem) return <td colSpan={span} className={cx("max-w-56 truncate px-3", faint && "text-faint")}>{text}</td>;
  return (
    <td colSpan={span} title={problem} className="max-w-56 px-3 text-danger-fg outline outline-1 -outline-offset-1 outline-current">
      <span className="flex min-w-0 items-center gap-1.5"><CircleAlert size={12} aria-hidden className="shrink-0" /><span className="truncate">{text || "—"}</span><span className="sr-only">{problem}</span></span>
    </td>
  );
}

const NAMES = { phone: "phone", ddd: "ddd", name: "name", email: "email", document: "document", tags: "tags" } as const;

function Meaning({ column, target, error, onTarget }: { column: string; target: Target; error?: { field: string; reason: string }; onTarget: (target: Target) => void }) {
  const t = useImportTexts();
  const reason = useFieldReason();
  const own = target?.startsWith(FIELD) ? target : `${FIELD}${fieldName(column)}`;
  const [name, setName] = useState(own.slice(FIELD.length));
  const options = [{ value: IGNORED, title: t("ignored") }, ...OWN.map((one) => ({ value: one as string, title: t(NAMES[one]) })), { value: FIELD, title: t("ownField"), note: own.slice(FIELD.length) }];
  const pick = (value: string) => onTarget(value === IGNORED ? null : value === FIELD ? own : value);
  return (
    <span className="block space-y-1">
      <Picker label={t("meaning", { column })} options={options} value={target === null ? IGNORED : target.startsWith(FIELD) ? FIELD : target} onChange={pick} invalid={error !== undefined} />
      {target?.startsWith(FIELD) && <input aria-label={t("fieldNameOf", { column })} className="field font-mono" value={name} onChange={(event) => setName(event.target.value)} onBlur={() => name.trim() && `${FIELD}${fieldName(name)}` !== target && onTarget(`${FIELD}${fieldName(name)}`)} onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()} />}
      {error && <span role="alert" className="block text-caption text-danger-fg">{reason(error)}</span>}
    </span>
  );
}
