/** Step three: what happens to who is known, where everybody goes, and where they agreed to be written to. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { Problem } from "../../api/problem";
import { key, refresh } from "../../api/queries";
import type { ContactImport } from "../../api/schema.gen";
import { Button } from "../../ui/button";
import { CountConfirm } from "../../ui/confirm";
import { ChoiceField, Form, FormField, TextField } from "../../ui/form";
import { Card } from "../../ui/page";
import { Picker } from "../../ui/picker";
import { useFormats } from "../../ui/when";
import { startBody, type Draft } from "./draft";
import { useImportTexts } from "./texts";

const NONE = "none";
const NEW = "new";

interface Props { file: ContactImport; draft: Draft; onChange: (draft: Draft) => void; onBack: () => void; onBegun: () => void }

export function Rules({ file, draft: stored, onChange: store, onBack, onBegun }: Props) {
  // What is typed is here at once; the address follows.
  const [draft, setDraft] = useState(stored);
  const onChange = (next: Draft) => { setDraft(next); store(next); };
  const t = useImportTexts();
  const formats = useFormats();
  const [asking, ask] = useState(false);
  const lists = useQuery({ queryKey: key("lists", "choice"), queryFn: ({ signal }) => read(api.GET("/api/v1/lists", { params: { query: { limit: 500 } as never }, signal })) });
  const rows = Math.max(0, file.lines - (file.header ? 1 : 0));
  const start = useMutation({
    mutationFn: async () => {
      let listId = draft.list;
      if (draft.newList !== undefined) {
        listId = (await read(api.POST("/api/v1/lists", { body: { name: draft.newList } }))).id;
        // It stands now: another try must not make it again.
        onChange({ ...draft, newList: undefined, list: listId });
        refresh("lists");
      }
      return read(api.POST("/api/v1/contacts/import/{import_id}/start", { params: { path: { import_id: file.id } }, body: startBody(draft, listId, Date.now()) }));
    },
    onSuccess: () => { refresh("imports", "jobs"); onBegun(); },
    onError: (error) => { ask(false); if (error instanceof Problem && error.status === 409) onBegun(); },
  });
  const options = [
    { value: NONE, title: t("noList") }, { value: NEW, title: t("newList") },
    ...(lists.data?.data ?? []).map((one) => ({ value: one.id, title: one.name, note: t("peopleCount", { count: one.members, n: formats.count(one.members) + (one.members_capped ? "+" : "") }) })),
  ];
  const chosen = draft.newList !== undefined ? NEW : draft.list ?? NONE;
  const name = options.find((one) => one.value === draft.list)?.title;
  const choose = (value: string) => onChange({ ...draft, list: value === NONE || value === NEW ? undefined : value, newList: value === NEW ? (file.filename || t("title")).replace(/\.\w{1,4}$/, "").slice(0, 120) : undefined });
  const ready = draft.source.trim() !== "" && (draft.newList === undefined || draft.newList.trim() !== "");
  return (
    <>
      <Card title={t("stepRules")}>
        <Form id="rules" error={start.error} onSubmit={() => ready && ask(true)}>
          <ChoiceField name="mode" label={t("mode")} hint={draft.mode === "update" ? t("modeUpdateHint") : t("modeSkipHint")} value={draft.mode} onChange={(mode) => onChange({ ...draft, mode: mode === "skip" ? "skip" : "update" })} options={[{ value: "update", title: t("modeUpdate") }, { value: "skip", title: t("modeSkip") }]} />
          <FormField name="list_ids" label={t("list")} hint={t("listHint")}>{(props) => <Picker id={props.id} describedBy={props["aria-describedby"]} invalid={props["aria-invalid"]} label={t("list")} options={options} value={chosen} onChange={choose} />}</FormField>
          {draft.newList !== undefined && <TextField name="name" label={t("listName")} value={draft.newList} onChange={(newList) => onChange({ ...draft, newList })} maxLength={120} />}
          <TextField name="tags" label={t("tags")} hint={t("tagsHint")} value={draft.tags} onChange={(tags) => onChange({ ...draft, tags })} />
          <fieldset className="rounded-control border border-line p-4">
            <legend className="px-1 text-table font-medium">{t("consent")}</legend>
            <div className="space-y-4">
              <TextField name="consent.source" label={t("consentSource")} hint={t("consentSourceHint")} required value={draft.source} onChange={(source) => onChange({ ...draft, source })} maxLength={200} />
              <div className="grid gap-4 sm:grid-cols-2">
                <ChoiceField name="consent.purpose" label={t("purpose")} value={draft.purpose} onChange={(purpose) => onChange({ ...draft, purpose: purpose as Draft["purpose"] })} options={[{ value: "marketing", title: t("marketing") }, { value: "transactional", title: t("transactional") }, { value: "all", title: t("all") }]} />
                <TextField name="consent.at" label={t("consentDay")} hint={t("consentDayHint")} type="date" value={draft.day ?? ""} onChange={(day) => onChange({ ...draft, day: day || undefined })} />
              </div>
            </div>
          </fieldset>
        </Form>
      </Card>
      <div className="mt-3 flex flex-wrap items-center justify-end gap-3">
        {!ready && <p id="not-ready" className="grow text-table text-muted">{t("needsSource")}</p>}
        <Button onClick={onBack}>{t("back")}</Button>
        <Button kind="primary" type="submit" form="rules" disabled={!ready} aria-describedby={ready ? undefined : "not-ready"}>{t("import")}</Button>
      </div>
      <CountConfirm open={asking} onOpenChange={ask} title={t("ask", { count: rows, name: file.filename || t("unnamed") })} verb={t("import")} n={rows} busy={start.isPending} onConfirm={() => start.mutate()}>
        <p>{draft.mode === "update" ? t("modeUpdateHint") : t("modeSkipHint")}</p>
        <p>{t("askConsent", { source: draft.source.trim() })}</p>
        {(draft.newList ?? name) && <p>{t("askList", { name: draft.newList ?? name ?? "" })}</p>}
        <p>{t("askRefused")}</p>
      </CountConfirm>
    </>
  );
}
