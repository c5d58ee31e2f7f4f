/** A test to one's own number, and the hand-in for WhatsApp's review. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useSending } from "../../api/automation";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import type { TemplateDetail } from "../../api/schema.gen";
import { phone } from "../../lib/phone";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { AreaField, Form, TextField } from "../../ui/form";
import { toast } from "../../ui/toasts";
import { componentsOf, hasExtras, positionalOf, type Extras } from "./review";
import { NumberPicker, useAccounts } from "./sync";
import { useTemplateTexts } from "./texts";

export function TestSend({ template, eventId, onClose }: { template: TemplateDetail; eventId: string | null; onClose: () => void }) {
  const t = useTemplateTexts();
  const sending = useSending();
  const options = sending.sessions.map((one) => ({ value: one.id, title: one.name, note: one.phone ?? one.transport }));
  const [chosen, choose] = useState<string | null>(null);
  const [to, setTo] = useState("");
  const session = chosen ?? options[0]?.value ?? null;
  const send = useMutation({
    mutationFn: () => read(api.POST("/api/v1/templates/{template_id}/test", { params: { path: { template_id: template.id } }, body: { session_id: session ?? "", to, ...(eventId ? { event_id: eventId } : {}) } })),
    onSuccess: (message) => { toast(t("testSent", { to: phone(message.to) })); onClose(); },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} firm title={t("testTitle")} description={t(eventId ? "testEvent" : "testNewest")} footer={<Button kind="primary" type="submit" form="test-send" busy={send.isPending}>{t("testSend")}</Button>}>
      <Form id="test-send" error={send.error} onSubmit={() => send.mutate()}>
        <NumberPicker value={session} onChange={choose} options={options} />
        <TextField name="to" label={t("ownNumber")} value={to} onChange={setTo} inputMode="tel" autoComplete="tel" placeholder="+5511900000000" />
      </Form>
    </Dialog>
  );
}

export function Submit({ template, extras, onClose }: { template: TemplateDetail; extras: Extras; onClose: () => void }) {
  const t = useTemplateTexts();
  const accounts = useAccounts();
  const [chosen, choose] = useState<string | null>(null);
  const { expressions } = positionalOf(template.body);
  const [examples, setExamples] = useState<string[]>(() => expressions.map(() => ""));
  // Parameters written by hand: only WhatsApp's own components say what the template is.
  const byHand = template.components.length > 0 || template.category === "authentication";
  const [text, setText] = useState(() => JSON.stringify(componentsOf(template.body, expressions.map(() => ""), extras), null, 2));
  const session = chosen ?? accounts.options[0]?.value ?? null;
  const given = parsed(text);
  const send = useMutation({
    mutationFn: () => read(api.POST("/api/v1/templates/{template_id}/submit", { params: { path: { template_id: template.id } }, body: { session_id: session ?? "", ...(byHand ? { components: given } : hasExtras(extras) ? { components: componentsOf(template.body, examples, extras) } : { examples }) } as never })),
    onSuccess: () => { toast(t("submitted")); refresh("templates"); onClose(); },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} firm title={t("submitTitle", { name: template.name })} description={t("submitText")} footer={<Button kind="primary" type="submit" form="submit" busy={send.isPending} disabled={!session || (byHand && given === null)}>{t("submit")}</Button>}>
      {!accounts.isPending && accounts.options.length === 0 ? <p>{t("noAccount")}</p> : (
        <Form id="submit" error={send.error} onSubmit={() => send.mutate()}>
          <NumberPicker value={session} onChange={choose} options={accounts.options} />
          {byHand ? <AreaField name="components" label={t("components")} hint={given === null ? t("notJson") : t("componentsHint")} value={text} onChange={setText} rows={12} mono /> : expressions.length > 0 && (
            <fieldset data-field="examples" data-label={t("examples")} className="space-y-3">
              <legend className="text-table font-medium">{t("examples")}</legend>
              {expressions.map((one, at) => <TextField key={one} name={`examples[${at}]`} label={`{{${at + 1}}} ${one}`} value={examples[at] ?? ""} onChange={(value) => setExamples(examples.with(at, value))} />)}
            </fieldset>
          )}
        </Form>
      )}
    </Dialog>
  );
}

function parsed(text: string): unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}
