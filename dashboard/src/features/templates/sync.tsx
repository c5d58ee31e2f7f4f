/** What an account at WhatsApp has: statuses are taken over, new templates are taken in, what could not be is told. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useSending } from "../../api/automation";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Form, FormField } from "../../ui/form";
import { Picker } from "../../ui/picker";
import { ErrorBox } from "../../ui/states";
import { useTemplateTexts } from "./texts";

/** Numbers with an account at the Cloud API. */
export function useAccounts() {
  const sending = useSending();
  return { options: sending.sessions.filter((one) => one.transport !== "web" && one.waba_id).map((one) => ({ value: one.id, title: one.name, note: one.phone ?? one.waba_id ?? undefined })), isPending: sending.isPending, error: sending.error };
}

export function NumberPicker({ value, onChange, options }: { value: string | null; onChange: (id: string) => void; options: { value: string; title: string }[] }) {
  const t = useTemplateTexts();
  return <FormField name="session_id" label={t("number")}>{(props) => <Picker id={props.id} invalid={Boolean(props["aria-invalid"])} describedBy={props["aria-describedby"]} label={t("number")} placeholder={t("choose")} options={options} value={value} onChange={onChange} />}</FormField>;
}

export function Sync({ onClose }: { onClose: () => void }) {
  const t = useTemplateTexts();
  const accounts = useAccounts();
  const [chosen, choose] = useState<string | null>(null);
  const session = chosen ?? accounts.options[0]?.value ?? null;
  const run = useMutation({ mutationFn: () => read(api.POST("/api/v1/templates/import", { body: { session_id: session! } })), onSuccess: () => refresh("templates") });
  const told = run.data;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("syncTitle")} description={t("syncText")} footer={told ? <Button kind="primary" onClick={onClose}>{t("close")}</Button> : <Button kind="primary" type="submit" form="sync" busy={run.isPending} disabled={!session}>{t("sync")}</Button>}>
      {accounts.error != null && <ErrorBox error={accounts.error} />}
      {told ? (
        <div role="status" className="space-y-2">
          <p>{t("syncTold", { count: told.told })}</p>
          <p>{t("syncNew", { count: told.imported.length })}</p>
          {told.imported.length > 0 && <ul className="list-disc pl-5 text-table">{told.imported.map((one) => <li key={`${one.name} ${one.language}`}>{`${one.name} · ${one.language}`}</li>)}</ul>}
          {told.left_out.length > 0 && <><p>{t("syncLeft", { count: told.left_out.length })}</p><ul className="list-disc pl-5 text-table">{told.left_out.map((one) => <li key={`${one.name} ${one.language}`}>{`${one.name} · ${one.language}: ${one.reason}`}</li>)}</ul></>}
        </div>
      ) : !accounts.isPending && accounts.options.length === 0 ? <p>{t("noAccount")}</p> : (
        <Form id="sync" error={run.error} onSubmit={() => run.mutate()}><NumberPicker value={session} onChange={choose} options={accounts.options} /></Form>
      )}
    </Dialog>
  );
}
