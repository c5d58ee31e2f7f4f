/** People from a file: the server reads it, shows how it understood it, and takes it into a list of its own. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../../api/client";
import { refresh } from "../../../api/queries";
import type { ContactImport } from "../../../api/schema.gen";
import { useWords } from "../../../i18n";
import { phone } from "../../../lib/phone";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { Form, TextField } from "../../../ui/form";
import { ErrorBox } from "../../../ui/states";
import { toast } from "../../../ui/toasts";
import { useWizardTexts } from "./texts";

const TARGETS = ["phone", "ddd", "name", "email", "document", "tags"] as const;
const FORM = "campaign-upload";

export function Upload({ onClose, onList }: { onClose: () => void; onList: (id: string) => void }) {
  const t = useWizardTexts();
  const [file, setFile] = useState<ContactImport | null>(null);
  const [mapping, setMapping] = useState<(string | null)[]>([]);
  const [list, setList] = useState("");
  const [consent, setConsent] = useState("");
  const take = (found: ContactImport) => { setFile(found); setMapping(found.columns.map((one) => one.target)); };
  const send = useMutation({
    mutationFn: (chosen: File) => read(api.POST("/api/v1/contacts/import", { params: { query: { filename: chosen.name } }, body: chosen as never, bodySerializer: (body: unknown) => body as never, headers: { "Content-Type": "text/csv" } })),
    onSuccess: (found) => { take(found); setList(found.filename.replace(/\.\w+$/, "").slice(0, 120)); },
  });
  const look = useMutation({
    mutationFn: (next: (string | null)[]) => read(api.POST("/api/v1/contacts/import/{import_id}/preview", { params: { path: { import_id: file!.id } }, body: { mapping: next } as never })),
    onSuccess: take,
  });
  const start = useMutation({
    mutationFn: async () => {
      const made = await read(api.POST("/api/v1/lists", { body: { name: list.trim() } as never }));
      await read(api.POST("/api/v1/contacts/import/{import_id}/start", { params: { path: { import_id: file!.id } }, body: { mapping, list_ids: [made.id], consent: { source: consent.trim() } } as never }));
      return made.id;
    },
    onSuccess: (id) => { refresh("lists", "tags"); toast(t("importing")); onList(id); onClose(); },
  });
  const choose = (index: number, target: string) => { const next = mapping.map((one, at) => (at === index ? target || null : one)); setMapping(next); look.mutate(next); };
  const rows = file ? Math.max(0, file.lines - (file.header ? 1 : 0)) : 0;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      firm
      wide
      title={t("csvTitle")}
      description={t("csvText")}
      footer={file ? <Button kind="primary" type="submit" form={FORM} busy={start.isPending}>{t("csvTake", { count: rows })}</Button> : undefined}
    >
      {!file && (
        <label className="block space-y-1">
          <span className="text-table font-medium">{t("file")}</span>
          <input type="file" accept=".csv,.txt,text/csv" disabled={send.isPending} className="block w-full text-table" onChange={(event) => { const chosen = event.target.files?.[0]; if (chosen) send.mutate(chosen); }} />
          {send.isPending && <span role="status" className="block text-caption text-muted">{t("reading")}</span>}
        </label>
      )}
      {send.error && <div className="mt-3"><ErrorBox error={send.error} /></div>}
      {file && (
        <Form id={FORM} error={start.error ?? look.error} onSubmit={() => start.mutate()} className="!max-w-none">
          <p className="text-table text-muted">{t("understood", { name: file.filename, rows: t("rowsN", { count: rows }), encoding: file.encoding, delimiter: file.delimiter === "\t" ? "tab" : file.delimiter })}</p>
          <div className="overflow-x-auto rounded-control border border-line" tabIndex={0} role="region" aria-label={t("columns")}>
            <table className="w-full text-table">
              <thead><tr className="border-b border-line text-left">{file.columns.map((column, at) => (
                <th key={at} scope="col" className="min-w-32 p-2 align-top font-medium">
                  <span className="block truncate">{column.name}</span>
                  <select aria-label={t("meaning", { name: column.name })} className="field mt-1" value={mapping[at] ?? ""} onChange={(event) => choose(at, event.target.value)}>
                    <option value="">{t("ignore")}</option>
                    {TARGETS.map((one) => <option key={one} value={one}>{t(one)}</option>)}
                    {mapping[at]?.startsWith("field:") && <option value={mapping[at]!}>{mapping[at]!.slice(6)}</option>}
                  </select>
                </th>
              ))}<th scope="col" className="p-2 text-left align-top font-medium">{t("phone")}</th></tr></thead>
              <tbody>{file.rows.slice(0, 8).map((row) => (
                <tr key={row.row} className="border-b border-line last:border-0">
                  {file.columns.map((_, at) => <td key={at} className="max-w-48 truncate p-2">{row.cells[at] ?? ""}</td>)}
                  <td className="p-2 whitespace-nowrap"><RowVerdict row={row} /></td>
                </tr>
              ))}</tbody>
            </table>
          </div>
          <TextField name="name" label={t("listName")} value={list} onChange={setList} maxLength={120} required />
          <TextField name="consent.source" label={t("consent")} hint={t("consentHint")} value={consent} onChange={setConsent} maxLength={200} required />
        </Form>
      )}
    </Dialog>
  );
}

function RowVerdict({ row }: { row: ContactImport["rows"][number] }) {
  const say = useWords();
  return row.problem ? <span className="whitespace-normal text-danger-fg">{say(row.problem_text) ?? row.problem}</span> : phone(row.phone);
}
