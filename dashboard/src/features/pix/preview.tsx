/** Both bubbles as the customer sees them, with a real event's values; and the event's PIX code, read and checked. */
import { useQuery } from "@tanstack/react-query";
import { CircleCheck, CircleX } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import type { Template } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { filledOf, shownOf } from "../../lib/message-text";
import { readBrCode, type BrProblem } from "../../lib/pix";
import { useSettled } from "../../lib/settled";
import { fieldErrors } from "../../ui/form";
import { Phone, type Bubble } from "../../ui/message/phone";
import { Card, Facts } from "../../ui/page";
import { Picker } from "../../ui/picker";
import { ErrorBox, useErrorText } from "../../ui/states";
import { useFormats, When } from "../../ui/when";
import { PARTS, type Part, type PixForm } from "./form";
import { usePixTexts } from "./texts";

const PROBLEMS = { empty: "brEmpty", too_long: "brLong", structure: "brStructure", checksum_missing: "brNoSum", checksum: "brSum", no_pix_account: "brAccount", amount: "brAmount" } as const satisfies Record<BrProblem, string>;
const TITLES = { created: "created", reminder: "reminder", expired: "expiredPart", approved: "approved" } as const;

export function PixPreview({ form, shown, onShow, templates }: { form: PixForm; shown: Part; onShow: (part: Part) => void; templates: Template[] }) {
  const t = usePixTexts();
  const say = useWords();
  const words = useErrorText();
  const formats = useFormats();
  const operator = useMay("operator");
  const [chosen, choose] = useState<string | null>(null);
  const part = form.parts[shown];
  const wanted = shown === "approved" ? "order_approved" : "pix_created";
  const events = useQuery({ queryKey: key("events", "of", wanted), queryFn: ({ signal }) => read(api.GET("/api/v1/events", { params: { query: { event_type: wanted, state: "processed", limit: 30 } as never }, signal })) });
  const event = events.data?.data.find((one) => one.id === chosen) ?? events.data?.data[0];
  const template = templates.find((one) => one.id === part.template_id);
  const body = useSettled(template?.body ?? String(part.text ?? ""));
  const filled = useQuery({
    queryKey: key("preview", body, event?.id, template?.id), enabled: operator && body.trim() !== "", retry: false, gcTime: 60_000,
    queryFn: ({ signal }) => read(api.POST("/api/v1/templates/preview", { body: { body, ...(template ? { defaults: template.defaults } : {}), ...(event ? { event_id: event.id } : { variables: {} }) } as never, signal })),
  });
  // What the API refuses in a text is told under the text itself.
  const failed = filled.error && fieldErrors(filled.error).length === 0 ? filled.error : null;
  const at = formats.clock(new Date(event?.created_at ?? Date.now()));
  const text = filled.data && !filled.isPlaceholderData ? filledOf(body, filled.data.values) : shownOf(body);
  const bubbles: Bubble[] = [
    { key: "text", shown: text, at },
    ...(part.code === true ? [{ key: "code", shown: event?.pix_code ? shownOf(event.pix_code) : filledOf("{{pix_code}}", [null]), at }] : []),
    ...(part.image === true ? [{ key: "image", shown: shownOf(String(part.image_text ?? "")), picture: "qr" as const, at }] : []),
  ];
  return (
    <div className="space-y-3">
      <Card title={t("preview")}>
        <div role="group" aria-label={t("preview")} className="mb-3 flex flex-wrap gap-1">
          {PARTS.map((one) => <button key={one} type="button" aria-pressed={one === shown} onClick={() => onShow(one)} className="control !h-7 text-muted hover:bg-sunken aria-pressed:bg-accent-soft aria-pressed:text-accent-fg">{t(TITLES[one])}</button>)}
        </div>
        <Picker label={t("byEvent")} placeholder={t("noEvent")} options={(events.data?.data ?? []).map((one) => ({ value: one.id, title: one.customer.name ?? one.order_id ?? one.id, note: `${formats.dateTime(new Date(one.created_at))} · ${formats.money(one.order_value)}` }))} value={event?.id ?? null} onChange={choose} />
        <div className="mt-3"><Phone bubbles={bubbles} /></div>
        {events.error && <div className="mt-2"><ErrorBox error={events.error} onRetry={() => void events.refetch()} /></div>}
        {failed && <p role="alert" className="mt-2 text-table text-danger-fg">{words(failed)}</p>}
        {filled.data && !filled.data.sendable && <p role="alert" className="mt-2 text-table font-medium text-danger-fg">{`${t("wouldBeHeld")} ${say(filled.data.problem_text) ?? ""} ${filled.data.missing.join(", ")}`}</p>}
      </Card>
      <CodeCheck key={event?.id} code={event?.pix_code ?? ""} expires={event?.pix_expires_at ?? null} />
    </div>
  );
}

function CodeCheck({ code, expires }: { code: string; expires: string | null }) {
  const t = usePixTexts();
  const formats = useFormats();
  const [text, setText] = useState(code);
  const read = readBrCode(text);
  return (
    <Card title={t("codeCheck")}>
      <label className="block space-y-1"><span className="text-table font-medium">{t("pixCode")}</span><textarea rows={3} className="field !h-auto py-1.5 font-mono text-caption break-all" value={text} onChange={(event) => setText(event.target.value)} /></label>
      <div aria-live="polite" className="mt-2">
        {typeof read === "string" ? text.trim() !== "" && <p className="flex items-center gap-2 text-table text-danger-fg"><CircleX size={16} aria-hidden />{t(PROBLEMS[read])}</p> : (
          <>
            <p className="mb-2 flex items-center gap-2 text-table text-success-fg"><CircleCheck size={16} aria-hidden />{t("brSound")}</p>
            <Facts rows={[[t("value"), read.amount === null ? t("openAmount") : formats.money(read.amount)], [t("receiver"), `${read.merchant} · ${read.city}`], [t("pixKey"), read.key ?? read.url], [t("txid"), read.txid], [t("expires"), text === code && expires ? <When key="at" at={expires} exact="minute" /> : t("notInCode")]]} />
          </>
        )}
      </div>
    </Card>
  );
}
