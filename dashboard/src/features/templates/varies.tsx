/** Whether a rule's or a campaign's message takes turns with its template's approved variations, and how many there are. */
import { Link, useParams } from "@tanstack/react-router";
import { useWritten } from "../../api/automation";
import { CheckField } from "../../ui/form";
import { useVariesTexts } from "./varies-texts";

export function Varies({ name, templateId, on, onChange }: { name: string; templateId: string; on: boolean; onChange: (on: boolean) => void }) {
  const t = useVariesTexts();
  const { company } = useParams({ strict: false }) as { company: string };
  const written = useWritten(templateId);
  // WhatsApp's own templates have none; where one was asked for nevertheless, the API says so here.
  if (!written && !on) return null;
  return (
    <CheckField
      name={name} label={t("varies")} checked={on} onChange={onChange}
      hint={written && <>{t("approvedN", { count: written.approved })}{" "}<Link to={`/c/${company}/templates/${templateId}` as string} search={{ tab: "variants" } as never} className="text-accent-fg underline">{t("seeVariations")}</Link></>}
    />
  );
}
