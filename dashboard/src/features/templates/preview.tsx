/** The template on a phone, with the values of a real event or a contact; what has no value is red, and the message would be held. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useRecentEvents } from "../../api/automation";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import type { Preview as Told, TemplateDetail } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { filledOf, shownOf } from "../../lib/message-text";
import { phone } from "../../lib/phone";
import { useSettled } from "../../lib/settled";
import { fieldErrors } from "../../ui/form";
import { Phone } from "../../ui/message/phone";
import { Card } from "../../ui/page";
import { Picker } from "../../ui/picker";
import { ErrorBox, useErrorText } from "../../ui/states";
import { useFormats } from "../../ui/when";
import { bodyOf, type TemplateForm } from "./form";
import type { Extras } from "./review";
import { useTemplateTexts } from "./texts";

export function Preview({ form, extras, stored, onEvent }: { form: TemplateForm; extras: Extras; stored: TemplateDetail | null; onEvent: (id: string | null) => void }) {
  const t = useTemplateTexts();
  const say = useWords();
  const words = useErrorText();
  const formats = useFormats();
  const operator = useMay("operator");
  const [by, setBy] = useState<"event" | "contact">("event");
  const [chosen, choose] = useState<string | null>(null);
  const [typed, type] = useState("");
  const [person, setPerson] = useState<string | null>(null);
  const [language, setLanguage] = useState<string | null>(null);
  const events = useRecentEvents();
  const asked = useSettled(typed);
  const people = useQuery({ queryKey: key("contacts", "search", asked), enabled: by === "contact", queryFn: ({ signal }) => read(api.GET("/api/v1/contacts", { params: { query: { limit: 20, ...(asked.trim() ? { q: asked.trim() } : {}) } }, signal })) });
  const event = events.data?.data.find((one) => one.id === chosen) ?? events.data?.data[0];
  const contact = people.data?.data.find((one) => one.id === person) ?? people.data?.data[0];
  const variant = useQuery({ queryKey: key("templates", "one", language), enabled: language !== null, placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/templates/{template_id}", { params: { path: { template_id: language! } }, signal })) });
  const other = language !== null ? variant.data : null;
  const current = useSettled(form);
  const body = other?.body ?? current.body;
  const values = by === "contact" && contact ? { variables: { ...(contact.name ? { customer_name: contact.name } : {}), ...(contact.phone ? { customer_phone: contact.phone } : {}), ...(contact.email ? { customer_email: contact.email } : {}) } } : event && by === "event" ? { event_id: event.id } : { variables: {} };
  const { defaults, kind } = other ?? bodyOf(current, false);
  const filled = useQuery<Told>({
    queryKey: key("preview", body, values, defaults, kind), enabled: body.trim() !== "" && (operator || stored !== null), retry: false, gcTime: 60_000,
    queryFn: ({ signal }) => {
      // Who may not write texts sees the stored one filled.
      if (!operator) return read(api.POST("/api/v1/templates/{template_id}/preview", { params: { path: { template_id: other?.id ?? stored!.id } }, body: values as never, signal }));
      return read(api.POST("/api/v1/templates/preview", { body: { body, kind, defaults, ...values } as never, signal }));
    },
  });
  const shown = filled.data && !filled.isPlaceholderData && !filled.error ? filledOf(body, filled.data.values) : body ? shownOf(body) : [];
  // What the API refuses in a text is told under the text itself.
  const failed = filled.error && fieldErrors(filled.error).length === 0 ? filled.error : null;
  const at = formats.clock(new Date(event?.created_at ?? Date.now()));
  const missing = filled.data?.missing ?? [];
  return (
    <Card title={t("preview")}>
      <div className="space-y-3">
        <div role="group" aria-label={t("previewBy")} className="flex gap-1">
          {(["event", "contact"] as const).map((one) => <button key={one} type="button" aria-pressed={by === one} onClick={() => { setBy(one); onEvent(one === "event" ? event?.id ?? null : null); }} className="control !h-7 text-muted hover:bg-sunken aria-pressed:bg-accent-soft aria-pressed:text-accent-fg">{t(one)}</button>)}
        </div>
        {by === "event" ? (
          <Picker label={t("event")} placeholder={t("noEvent")} options={(events.data?.data ?? []).map((one) => ({ value: one.id, title: `${one.event_type ?? "—"} · ${one.customer.name ?? one.order_id ?? ""}`, note: formats.dateTime(new Date(one.created_at)) }))} value={event?.id ?? null} onChange={(id) => { choose(id); onEvent(id); }} />
        ) : (
          <Picker label={t("contact")} placeholder={t("noContact")} onSearch={type} options={(people.data?.data ?? []).map((one) => ({ value: one.id, title: one.name ?? phone(one.phone), note: phone(one.phone) }))} value={contact?.id ?? null} onChange={setPerson} />
        )}
        {stored && stored.variants.length > 0 && (
          <div role="group" aria-label={t("language")} className="flex flex-wrap gap-1">
            {[{ id: null, language: form.language }, ...stored.variants].map((one) => <button key={one.language} type="button" aria-pressed={language === one.id} onClick={() => setLanguage(one.id)} className="control !h-7 text-muted hover:bg-sunken aria-pressed:bg-accent-soft aria-pressed:text-accent-fg">{one.language}</button>)}
          </div>
        )}
        {(events.error ?? people.error ?? variant.error) && <ErrorBox error={events.error ?? people.error ?? variant.error} />}
        <Phone bubbles={shown.length ? [{ key: "one", shown, at, header: extras.header || undefined, footer: extras.footer || undefined, buttons: extras.buttons.map((one) => one.text).filter(Boolean) }] : []} />
        {failed && <p role="alert" className="text-table text-danger-fg">{words(failed)}</p>}
        {missing.length > 0 && !filled.error && <p role="alert" className="text-table font-medium text-danger-fg">{t("wouldBeHeld", { names: missing.join(", ") })}</p>}
        {filled.data?.problem && missing.length === 0 && !filled.error && <p role="alert" className="text-table text-danger-fg">{say(filled.data.problem_text) ?? filled.data.problem}</p>}
      </div>
    </Card>
  );
}
