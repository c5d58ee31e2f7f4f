/** Small pieces of a person: tags, what they agreed to, the 24-hour window. */
import { Link, useParams } from "@tanstack/react-router";
import { Ban, CircleCheck, CircleDashed, CircleMinus } from "lucide-react";
import { useContext } from "react";
import type { Contact } from "../../api/schema.gen";
import { duration } from "../../lib/time";
import { Chip } from "../../ui/status";
import { Now, useFormats } from "../../ui/when";
import { useContactTexts } from "./texts";

const SHOWN_TAGS = 3;

export function TagChips({ tags, all = false }: { tags: string[]; all?: boolean }) {
  const { company } = useParams({ strict: false }) as { company: string };
  if (tags.length === 0) return <span>—</span>;
  const shown = all ? tags : tags.slice(0, SHOWN_TAGS);
  return (
    <span className={all ? "flex flex-wrap gap-1" : "flex gap-1"}>
      {shown.map((tag) => <Link key={tag} to={`/c/${company}/contacts` as string} search={{ tag } as never} className="rounded-full hover:underline"><Chip>{tag}</Chip></Link>)}
      {tags.length > shown.length && <span className="text-caption text-muted" title={tags.slice(SHOWN_TAGS).join(", ")}>{`+${tags.length - shown.length}`}</span>}
    </span>
  );
}

/** Whether one may write to them about offers, from where that is known, and since when. */
export function ConsentChip({ contact }: { contact: Pick<Contact, "opted_out" | "marketing_stopped" | "consent"> }) {
  const t = useContactTexts();
  const formats = useFormats();
  const word = contact.consent;
  const origin = word ? `${word.source} · ${formats.date(new Date(word.at))}` : undefined;
  if (contact.opted_out) return <Chip tone="danger" icon={Ban} title={t("optedOutTitle")}>{t("optedOut")}</Chip>;
  if (contact.marketing_stopped) return <Chip tone="warning" icon={CircleMinus} title={t("marketingStoppedTitle")}>{t("marketingStopped")}</Chip>;
  if (!word) return <Chip icon={CircleDashed}>{t("noConsent")}</Chip>;
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      {word.granted ? <Chip tone="success" icon={CircleCheck}>{t("granted")}</Chip> : <Chip tone="warning" icon={CircleMinus}>{t("withdrawn")}</Chip>}
      <span className="text-caption text-muted">{origin}</span>
    </span>
  );
}

/** How long plain texts may still be sent; the company's recipients' own clock does not matter, only the last message's time. */
export function WindowLeft({ until }: { until: string | null }) {
  const t = useContactTexts();
  const formats = useFormats();
  const now = useContext(Now) || Date.now();
  const left = until ? Date.parse(until) - now : 0;
  if (!until || left <= 0) return <span className="text-faint">{t("windowClosed")}</span>;
  return <time dateTime={until} title={formats.dateTime(new Date(until))} className="tnum whitespace-nowrap text-success-fg">{t("windowOpen", { left: duration(left) })}</time>;
}
