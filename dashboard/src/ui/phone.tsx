/** How a message looks on the phone: WhatsApp's own colours, its marks as React nodes, never HTML. */
import { Reply } from "lucide-react";
import type { ReactNode } from "react";
import { runs, type Mark } from "../lib/whatsapp";
import { cx } from "./cx";

export interface PhoneMessage {
  header?: ReactNode;
  text: string;
  footer?: string;
  buttons?: string[];
  /** "13:05", in the bubble's corner. */
  time?: string;
  /** What the other person wrote stands on the left. */
  inbound?: boolean;
}

const LOOKS: Record<Mark, string> = {
  bold: "font-bold", italic: "italic", strike: "line-through", mono: "font-mono text-table",
  variable: "rounded bg-danger-soft px-1 text-danger-fg",
};

/** A text with its marks; a variable that has no value stands out. */
export function MarkedText({ text }: { text: string }) {
  return <>{runs(text).map((run, at) => <span key={at} className={cx(...run.marks.map((mark) => LOOKS[mark]))}>{run.text}</span>)}</>;
}

export function Bubble({ message }: { message: PhoneMessage }) {
  return (
    <div className={cx("flex max-w-[88%] min-w-24 flex-col gap-1 wrap-anywhere", !message.inbound && "self-end")}>
      <div className={cx("rounded-lg px-2.5 py-1.5 text-body text-[var(--phone-ink)]", message.inbound ? "rounded-tl-none bg-[var(--phone-other)]" : "rounded-tr-none bg-[var(--phone-own)]")}>
        {message.header && <div className="mb-1 font-semibold">{message.header}</div>}
        <p className="whitespace-pre-wrap"><MarkedText text={message.text} /></p>
        {message.footer && <p className="mt-1 text-caption text-[var(--phone-faint)]">{message.footer}</p>}
        {message.time && <p className="text-right text-[11px] leading-4 text-[var(--phone-faint)] tnum">{message.time}</p>}
      </div>
      {message.buttons?.map((button, at) => (
        <div key={at} className="flex items-center justify-center gap-2 rounded-lg bg-[var(--phone-other)] px-3 py-2 text-center text-table font-medium text-[var(--phone-link)]"><Reply size={14} aria-hidden />{button}</div>
      ))}
    </div>
  );
}

/** The screen of a phone with its messages; `theme` shows the other one than the page's. */
export function Phone({ label, name, messages, theme }: { label: string; name?: string; messages: PhoneMessage[]; theme?: "light" | "dark" }) {
  return (
    <figure aria-label={label} data-phone={theme} className="w-full max-w-90 overflow-hidden rounded-dialog border border-line phone">
      {name && <figcaption className="flex h-11 items-center bg-[var(--phone-bar)] px-3 text-table font-medium text-[var(--phone-ink)]"><span className="truncate">{name}</span></figcaption>}
      <div className="flex min-h-40 flex-col gap-2 bg-[var(--phone-wall)] p-3">{messages.map((message, at) => <Bubble key={at} message={message} />)}</div>
    </figure>
  );
}
