/** A new number: first how it is connected, then what that way needs. Token and ids are tried before they are saved. */
import { useMutation } from "@tanstack/react-query";
import { Cloud, FlaskConical, Smartphone } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { CheckField, Form, NumberField, TextField } from "../../ui/form";
import { CodeBlock } from "../../ui/copy";
import { toast } from "../../ui/toasts";
import { bodyOf, EMPTY, type ConnectForm, type Transport } from "./connect-form";
import { useSessionTexts } from "./texts";

const WAYS = [["cloud", Cloud, "cloud", "cloudText"], ["web", Smartphone, "web", "webText"], ["simulator", FlaskConical, "simulator", "simulatorText"]] as const;

export function Connect({ onClose, onPair }: { onClose: () => void; onPair: (id: string) => void }) {
  const t = useSessionTexts();
  const [way, choose] = useState<Transport | null>(null);
  const [form, setForm] = useState<ConnectForm>(EMPTY);
  const set = (change: Partial<ConnectForm>) => setForm((now) => ({ ...now, ...change }));
  const make = useMutation({
    mutationFn: () => read(api.POST("/api/v1/sessions", { body: bodyOf(way!, form) as never })),
    onSuccess: (made) => {
      refresh("sessions");
      if (made.transport === "web") return onPair(made.id); // connected once a phone is linked
      toast(t("connected", { name: made.name }));
      if (!made.callback_url) onClose();
    },
  });
  const done = make.data && make.data.transport !== "web" ? make.data : null;
  if (done?.callback_url)
    return (
      <Dialog open onOpenChange={(open) => !open && onClose()} title={t("callbackTitle")} description={t("callbackText")} footer={<Button kind="primary" onClick={onClose}>{t("done")}</Button>}>
        <CodeBlock label={t("callback")} text={done.callback_url} />
      </Dialog>
    );
  const footer = way ? <><Button onClick={() => { choose(null); make.reset(); }}>{t("back")}</Button><Button kind="primary" type="submit" form="connect" busy={make.isPending}>{t(way === "web" ? "next" : "checkAndSave")}</Button></> : <Button onClick={onClose}>{t("cancel")}</Button>;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} firm title={t("connect")} footer={footer}>
      {!way && (
        <ul className="space-y-2">
          {WAYS.map(([value, Icon, title, text]) => (
            <li key={value}>
              <button type="button" onClick={() => choose(value)} className="flex w-full items-start gap-3 rounded-control border border-line-strong p-4 text-left hover:bg-sunken">
                <Icon size={20} strokeWidth={1.75} aria-hidden className="mt-0.5 shrink-0" />
                <span><span className="block font-medium">{t(title)}</span><span className="block text-table text-muted">{t(text)}</span></span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {way && (
        <Form id="connect" error={make.error} onSubmit={() => make.mutate()}>
          <TextField name="name" label={t("name")} value={form.name} onChange={(name) => set({ name })} hint={t("nameHint")} maxLength={200} autoComplete="off" />
          {way === "web" ? (
            <>
              <p className="rounded-control bg-warning-soft px-3 py-2 text-table text-warning-fg">{t("webRisk")}</p>
              <NumberField name="options.web.number_age_days" label={t("ageDays")} hint={t("ageDaysHint")} value={form.ageDays} onChange={(ageDays) => set({ ageDays })} />
            </>
          ) : (
            <>
              <TextField name="phone_number_id" label={t("phoneNumberId")} hint={t(way === "cloud" ? "phoneNumberIdHint" : "simulatorHint")} value={form.phoneNumberId} onChange={(phoneNumberId) => set({ phoneNumberId })} inputMode="numeric" mono autoComplete="off" />
              <TextField name="waba_id" label={t("wabaId")} hint={t("wabaIdHint")} value={form.wabaId} onChange={(wabaId) => set({ wabaId })} inputMode="numeric" mono autoComplete="off" />
              <TextField name="phone" label={t("phone")} value={form.phone} onChange={(phone) => set({ phone })} type="tel" placeholder="+55 11 90000-0000" autoComplete="off" />
              <TextField name="token" label={t("token")} hint={t("tokenHint")} value={form.token} onChange={(token) => set({ token })} mono autoComplete="off" />
              <CheckField name="meta_app" label={t("withApp")} hint={t("withAppHint")} checked={form.withApp} onChange={(withApp) => set({ withApp })} />
              {form.withApp && (
                <div className="space-y-4 border-l-2 border-line pl-4">
                  <TextField name="meta_app.app_id" label={t("appId")} value={form.appId} onChange={(appId) => set({ appId })} inputMode="numeric" mono autoComplete="off" />
                  <TextField name="meta_app.app_secret" label={t("appSecret")} value={form.appSecret} onChange={(appSecret) => set({ appSecret })} mono autoComplete="off" />
                  <TextField name="meta_app.verify_token" label={t("verifyToken")} hint={t("verifyTokenHint")} value={form.verifyToken} onChange={(verifyToken) => set({ verifyToken })} mono autoComplete="off" />
                </div>
              )}
            </>
          )}
        </Form>
      )}
    </Dialog>
  );
}
