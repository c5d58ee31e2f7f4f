/** Where a template stands at WhatsApp: a chip, and a banner with the reason and what to do. */
import { Ban, Check, CircleX, Clock, FilePen, TriangleAlert, type LucideIcon } from "lucide-react";
import type { Template } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { Chip, type Tone } from "../../ui/status";
import { useFormats } from "../../ui/when";
import { useTemplateTexts } from "./texts";

const LOOKS: Record<string, [LucideIcon, Tone]> = { approved: [Check, "success"], pending: [Clock, "info"], draft: [FilePen, "neutral"], rejected: [CircleX, "danger"], paused: [TriangleAlert, "warning"], disabled: [Ban, "danger"], gone: [Ban, "skipped"], stopped: [TriangleAlert, "warning"] };
const ADVICE = { pending: "advicePending", draft: "adviceDraft", rejected: "adviceRejected", paused: "advicePaused", disabled: "adviceDisabled", gone: "adviceDeleted", stopped: "adviceStopped" } as const;
const STATES = ["approved", "pending", "draft", "rejected", "paused", "disabled", "gone", "stopped"] as const;
type State = (typeof STATES)[number];

/** What WhatsApp or a refusal says of it, in one word; null where the word is one that we do not know. */
export function stateOf(template: Pick<Template, "status" | "stopped">): State | null {
  if (template.stopped) return "stopped";
  const status = template.status.toLowerCase();
  return STATES.find((one) => one === (status === "deleted" ? "gone" : status)) ?? null;
}

export function Approval({ template }: { template: Pick<Template, "status" | "stopped" | "kind"> }) {
  const t = useTemplateTexts();
  const state = stateOf(template);
  if (template.kind === "plain" && state === "approved") return <span className="text-muted">{t("needsNone")}</span>;
  const [icon, tone] = LOOKS[state ?? ""] ?? [TriangleAlert, "neutral"];
  return <Chip tone={tone} icon={icon}>{state ? t(state) : template.status}</Chip>;
}

export function ApprovalBanner({ template }: { template: Template }) {
  const t = useTemplateTexts();
  const say = useWords();
  const formats = useFormats();
  const state = stateOf(template);
  if (!state || state === "approved") return null;
  const told = template.review?.reason && template.review.reason.toUpperCase() !== "NONE" ? template.review.reason : null;
  const { stopped } = template;
  const bad = state !== "pending" && state !== "draft";
  return (
    <div role={bad ? "alert" : "status"} className={bad ? "rounded-control bg-warning-soft px-4 py-3 text-warning-fg" : "rounded-control bg-info-soft px-4 py-3 text-info-fg"}>
      <p><strong className="font-semibold">{t(state)}</strong>{stopped ? `: ${say(stopped.text) ?? stopped.reason}` : told ? `: ${t("metaSays", { reason: told })}` : ""}</p>
      <p className="text-table">{t(ADVICE[state])}{stopped?.until ? ` ${t("until", { at: formats.dateTime(new Date(stopped.until)) })}` : ""}</p>
    </div>
  );
}
