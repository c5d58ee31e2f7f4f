/** How a message looks on the phone of who gets it. WhatsApp's marks become nodes, never HTML; a missing value is a red chip. */
import { CheckCheck, Image as ImageIcon, QrCode } from "lucide-react";
import { useState, type ReactNode } from "react";
import { shownOf, type Shown } from "../../lib/message-text";
import { cx } from "../cx";
import { useMessageTexts } from "./texts";

export interface Bubble { key: string; shown: Shown[]; header?: string; footer?: string; buttons?: string[]; picture?: "image" | "qr"; at?: string }

/** One bubble of a text that is filled already. */
export const bubbleOf = (text: string, around: Partial<Bubble> = {}): Bubble => ({ key: "one", ...around, shown: shownOf(text) });

export function Phone({ bubbles, label, name }: { bubbles: Bubble[]; label?: string; name?: string }) {
  const t = useMessageTexts();
  const [dark, setDark] = useState(false);
  return (
    <section aria-label={label ?? t("preview")} className="space-y-2">
      <div role="group" aria-label={t("preview")} className="flex justify-end gap-1">
        {([false, true] as const).map((one) => <button key={String(one)} type="button" aria-pressed={dark === one} onClick={() => setDark(one)} className={cx("control !h-7 text-caption", dark === one ? "bg-accent-soft text-accent-fg" : "text-muted hover:bg-sunken")}>{t(one ? "dark" : "light")}</button>)}
      </div>
      <div data-phone={dark ? "dark" : "light"} className="mx-auto max-w-90 space-y-1.5 overflow-hidden rounded-dialog border border-line bg-wa-paper p-3 pt-6 pb-8">
        {name && <p className="-mx-3 -mt-6 mb-4 truncate border-b border-wa-line px-3 py-2.5 text-table font-medium text-wa-fg">{name}</p>}
        {bubbles.length === 0 && <p className="rounded-dialog bg-wa-bubble px-2.5 py-1.5 text-table text-wa-muted">{t("emptyBubble")}</p>}
        {bubbles.map((one) => <OneBubble key={one.key} bubble={one} />)}
      </div>
    </section>
  );
}

function OneBubble({ bubble }: { bubble: Bubble }) {
  const t = useMessageTexts();
  return (
    <div className="ml-auto w-fit max-w-[92%] min-w-24 overflow-hidden rounded-dialog bg-wa-bubble text-wa-fg">
      <div className="space-y-1 px-2.5 pt-1.5 pb-1 text-[14px] leading-5">
        {bubble.picture && (
          <div className="grid h-36 place-items-center rounded-control bg-wa-paper text-wa-muted"><span className="flex flex-col items-center gap-1 text-caption">{bubble.picture === "qr" ? <QrCode size={48} aria-hidden /> : <ImageIcon size={32} aria-hidden />}{t(bubble.picture === "qr" ? "qr" : "picture")}</span></div>
        )}
        {bubble.header && <p className="font-semibold break-words">{bubble.header}</p>}
        <p className="whitespace-pre-wrap break-words">{nodes(bubble.shown, (name) => t("missing", { name }))}</p>
        {bubble.footer && <p className="text-caption text-wa-muted">{bubble.footer}</p>}
        <p className="flex items-center justify-end gap-1 text-[11px] leading-4 text-wa-muted tnum">{bubble.at ?? ""}<CheckCheck size={14} aria-hidden /></p>
      </div>
      {bubble.buttons?.map((button, at) => <p key={at} className="border-t border-wa-line px-2.5 py-2 text-center text-table font-medium text-wa-link">{button}</p>)}
    </div>
  );
}

/** Nodes of a shown text. */
export function nodes(shown: Shown[], missing: (name: string) => string): ReactNode[] {
  return shown.map((one, at) => {
    if (one.kind === "text") return <span key={at}>{one.text}</span>;
    if (one.kind === "hole") return <span key={at} className="rounded-full bg-danger px-1.5 text-caption text-white">{missing(one.name)}</span>;
    const inside = nodes(one.children, missing);
    if (one.kind === "bold") return <strong key={at}>{inside}</strong>;
    if (one.kind === "italic") return <em key={at}>{inside}</em>;
    if (one.kind === "strike") return <s key={at}>{inside}</s>;
    if (one.kind === "quote") return <q key={at} className="block border-l-2 border-wa-muted pl-2 before:content-none after:content-none">{inside}</q>;
    return <code key={at} className="text-[13px]">{inside}</code>;
  });
}
