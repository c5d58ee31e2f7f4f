/** The twelve statuses: an icon, a word and a colour, never the colour alone. */
import { Ban, CalendarClock, Check, CheckCheck, CircleQuestionMark, CircleX, Eye, Hourglass, ListOrdered, Send, SkipForward, type LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx";
import { useUiTexts } from "./texts";

export const STATUSES = ["scheduled", "queued", "held", "sending", "accepted", "sent", "delivered", "read", "failed", "uncertain", "skipped", "cancelled"] as const;
export type MessageStatus = (typeof STATUSES)[number];
export type Tone = "neutral" | "info" | "success" | "warning" | "danger" | "read" | "held" | "skipped" | "uncertain";

const LOOKS: Record<MessageStatus, [LucideIcon, Tone]> = {
  scheduled: [CalendarClock, "neutral"], queued: [ListOrdered, "neutral"], held: [Hourglass, "held"], sending: [Send, "info"],
  accepted: [Check, "info"], sent: [Check, "info"], delivered: [CheckCheck, "success"], read: [Eye, "read"],
  failed: [CircleX, "danger"], uncertain: [CircleQuestionMark, "uncertain"], skipped: [SkipForward, "skipped"], cancelled: [Ban, "skipped"],
};
const TONES: Record<Tone, string> = {
  neutral: "bg-sunken text-muted", info: "bg-info-soft text-info-fg", success: "bg-success-soft text-success-fg",
  warning: "bg-warning-soft text-warning-fg", danger: "bg-danger-soft text-danger-fg", read: "bg-read-soft text-read-fg",
  held: "bg-held-soft text-held-fg", skipped: "bg-skipped-soft text-skipped-fg",
  uncertain: "bg-uncertain-soft text-uncertain-fg border border-dashed border-current",
};

export function Chip({ tone = "neutral", icon: Icon, children, title }: { tone?: Tone; icon?: LucideIcon; children: ReactNode; title?: string }) {
  return (
    <span title={title} className={cx("inline-flex h-5 items-center gap-1 rounded-full px-2 text-caption font-medium whitespace-nowrap", TONES[tone])}>
      {Icon && <Icon size={12} strokeWidth={2} aria-hidden />}
      {children}
    </span>
  );
}

export function isStatus(text: string): text is MessageStatus {
  return (STATUSES as readonly string[]).includes(text);
}

export function StatusChip({ status, count, title }: { status: string; count?: number; title?: string }) {
  const t = useUiTexts();
  if (!isStatus(status)) return <Chip title={title}>{status}</Chip>;
  const [icon, tone] = LOOKS[status];
  return <Chip tone={tone} icon={icon} title={title}>{t(status)}{count !== undefined && count > 1 && <span className="tnum">{`×${count}`}</span>}</Chip>;
}

export function StatusIcon({ status, size = 14 }: { status: MessageStatus; size?: number }) {
  const [Icon] = LOOKS[status];
  return <Icon size={size} aria-hidden />;
}
