/** Whether a template takes turns with its approved variations, and how many there are. */
import { Link, useParams } from "@tanstack/react-router";
import { useWritten } from "../../../api/automation";
import { Wrong } from "./draft";
import { useWizardTexts } from "./texts";

export function Varies({ path, templateId, on, onChange }: { path: string; templateId: string; on: boolean; onChange: (on: boolean) => void }) {
  const t = useWizardTexts();
  const { company } = useParams({ strict: false }) as { company: string };
  const written = useWritten(templateId);
  if (!written && !on) return null;
  return (
    <div data-field={path}>
      <label className="flex min-h-8 items-start gap-2 py-1.5 text-table"><input type="checkbox" className="mt-0.5 h-4 w-4 shrink-0 accent-[var(--accent)]" checked={on} onChange={(event) => onChange(event.target.checked)} /><span>{t("varies")}</span></label>
      {written && <p className="pl-6 text-caption text-muted">{t("approvedN", { count: written.approved })}{" "}<Link to={`/c/${company}/templates/${templateId}` as string} search={{ tab: "variants" } as never} className="text-accent-fg underline">{t("seeVariations")}</Link></p>}
      <Wrong name={path} />
    </div>
  );
}
