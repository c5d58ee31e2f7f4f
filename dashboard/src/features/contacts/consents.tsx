/** What a person agreed to or withdrew, with where and when; nothing of it is ever overwritten. */
import { useMutation } from "@tanstack/react-query";
import { CircleCheck, CircleMinus, Plus } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { refresh } from "../../api/queries";
import type { Consent, Contact } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { AreaField, ChoiceField, Form, TextField } from "../../ui/form";
import { Card } from "../../ui/page";
import { ErrorBox, Skeleton } from "../../ui/states";
import { Chip } from "../../ui/status";
import { toast } from "../../ui/toasts";
import { When } from "../../ui/when";
import { useContactTexts } from "./texts";

const PURPOSES = ["marketing", "transactional", "all"] as const;

export function Consents({ contact }: { contact: Contact }) {
  const t = useContactTexts();
  const operator = useMay("operator");
  const [adding, add] = useState(false);
  const list = useConsents(contact.id);
  return (
    <Card title={t("consent")} aside={operator && <Button className="!h-7" icon={<Plus size={14} aria-hidden />} onClick={() => add(true)}>{t("note")}</Button>}>
      {list.error && <ErrorBox error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && !list.error && <Skeleton rows={2} />}
      {list.rows?.length === 0 && <p className="text-table text-muted">{t("noConsentText")}</p>}
      <ol className="space-y-3">
        {list.rows?.map((row) => (
          <li key={row.id} className="space-y-0.5 text-table">
            <p className="flex flex-wrap items-center gap-2"><WordChip word={row} /><span>{t(row.purpose)}</span></p>
            <p className="text-muted">{row.source}{" · "}<When at={row.at} exact="minute" /></p>
            {row.note && <p className="text-caption text-muted">{row.note}</p>}
          </li>
        ))}
      </ol>
      {list.hasNextPage && <Button className="mt-3" busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t("more")}</Button>}
      {adding && <NoteConsent contact={contact} onClose={() => add(false)} />}
    </Card>
  );
}

export function useConsents(contactId: string) {
  return useList<Consent>("contacts", { consents: contactId }, (cursor, signal) => read(api.GET("/api/v1/contacts/{contact_id}/consents", { params: { path: { contact_id: contactId }, query: { limit: 50, cursor } as never }, signal })));
}

export function WordChip({ word }: { word: Pick<Consent, "granted"> }) {
  const t = useContactTexts();
  return word.granted ? <Chip tone="success" icon={CircleCheck}>{t("granted")}</Chip> : <Chip tone="warning" icon={CircleMinus}>{t("withdrawn")}</Chip>;
}

function NoteConsent({ contact, onClose }: { contact: Contact; onClose: () => void }) {
  const t = useContactTexts();
  const [granted, setGranted] = useState("true");
  const [purpose, setPurpose] = useState<string>("marketing");
  const [source, setSource] = useState("");
  const [note, setNote] = useState("");
  const save = useMutation({
    mutationFn: () => read(api.POST("/api/v1/contacts/{contact_id}/consents", { params: { path: { contact_id: contact.id } }, body: { granted: granted === "true", purpose: purpose as "all", source, ...(note.trim() ? { note } : {}) } })),
    onSuccess: () => { refresh("contacts"); toast(t("saved")); onClose(); },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("noteConsent")} description={t("noteConsentText")} footer={<Button kind="primary" type="submit" form="consent" busy={save.isPending}>{t("note")}</Button>}>
      <Form id="consent" error={save.error} onSubmit={() => save.mutate()}>
        <ChoiceField name="granted" label={t("word")} value={granted} onChange={setGranted} options={[{ value: "true", title: t("granted") }, { value: "false", title: t("withdrawn") }]} />
        <ChoiceField name="purpose" label={t("purpose")} value={purpose} onChange={setPurpose} options={PURPOSES.map((one) => ({ value: one, title: t(one) }))} />
        <TextField name="source" label={t("source")} hint={t("consentSourceHint")} value={source} onChange={setSource} maxLength={200} />
        <AreaField name="note" label={t("proof")} hint={t("proofHint")} value={note} onChange={setNote} rows={2} maxLength={1000} />
      </Form>
    </Dialog>
  );
}
