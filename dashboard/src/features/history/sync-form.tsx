import { useMutation } from "@tanstack/react-query";
import { useId, useState } from "react";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import type { Sync } from "../../api/schema.gen";
import { dayOf, dayStart } from "../../lib/calendar";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { CheckField, Form, FormField, TextField } from "../../ui/form";
import { Picker } from "../../ui/picker";
import { toast } from "../../ui/toasts";
import { useFormats } from "../../ui/when";
import { useHistoryTexts } from "./texts";

const MONTH_MS = 30 * 86_400_000;

export function SyncForm({ sync, webhooks, onClose }: { sync: Sync | null; webhooks: { id: string; name: string; source: string }[]; onClose: () => void }) {
  const t = useHistoryTexts();
  const { zone } = useFormats();
  const id = useId();
  const [webhook, setWebhook] = useState(sync?.webhook_id ?? "");
  const [setting, setSetting] = useState(sync?.setting_id ?? "");
  const [token, setToken] = useState("");
  const [since, setSince] = useState(() => dayOf(sync ? Date.parse(sync.since) : Date.now() - MONTH_MS, zone));
  const [automations, setAutomations] = useState(sync?.automations ?? false);
  const asMoment = () => { const at = dayStart(since, zone); return Number.isNaN(at) ? since : new Date(at).toISOString(); };
  // A beginning that was not changed is not sent: the API would begin anew.
  const changed = !sync || since !== dayOf(Date.parse(sync.since), zone);
  const save = useMutation<unknown, unknown, void>({
    mutationFn: () => {
      const body = { setting_id: setting, automations, ...(token || !sync ? { token } : {}), ...(changed ? { since: asMoment() } : {}) };
      return sync
        ? read(api.PATCH("/api/v1/syncs/{sync_id}", { params: { path: { sync_id: sync.id } }, body: body as never }))
        : read(api.POST("/api/v1/syncs", { body: { webhook_id: webhook, ...body } as never }));
    },
    onSuccess: () => { toast(t(sync ? "syncSaved" : "syncMade")); refresh("syncs", "schedules", "jobs"); onClose(); },
  });
  return (
    <Dialog open firm onOpenChange={(open) => !open && onClose()} title={t(sync ? "editSync" : "newSync")} description={t("syncsText")}
      footer={<><Button onClick={onClose}>{t("cancel")}</Button><Button kind="primary" type="submit" form={id} busy={save.isPending}>{t("save")}</Button></>}>
      <Form id={id} error={save.error} onSubmit={() => save.mutate()}>
        {!sync && (
          <FormField name="webhook_id" label={t("webhook")} hint={t("webhookHint")}>
            {(props) => <Picker id={props.id} invalid={props["aria-invalid"]} describedBy={props["aria-describedby"]} label={t("webhook")} value={webhook || null} onChange={setWebhook} options={webhooks.map((one) => ({ value: one.id, title: one.name, note: one.source }))} />}
          </FormField>
        )}
        <TextField name="setting_id" label={t("setting")} hint={t("settingHint")} value={setting} onChange={setSetting} mono autoComplete="off" />
        <TextField name="token" label={t("token")} hint={t(sync ? "tokenKept" : "tokenHint")} type="password" autoComplete="off" value={token} onChange={setToken} />
        <TextField name="since" label={t("since")} hint={t(sync && changed ? "sinceAnew" : "sinceHint")} type="date" value={since} onChange={setSince} />
        <CheckField name="automations" label={t("automationsLabel")} hint={t(automations ? "automationsOnText" : "automationsOffText")} checked={automations} onChange={setAutomations} />
      </Form>
    </Dialog>
  );
}
