/** Beside the funnel, not in it: who was limited, skipped, held, failed or is uncertain, by reason. */
import type { CampaignReport } from "../../../api/schema.gen";
import { useWords } from "../../../i18n";
import { Bars } from "../../../ui/bars";
import { StatusIcon } from "../../../ui/status";
import { useFormats } from "../../../ui/when";
import type { Counts } from "../states";
import { same, wantedOf, type Wanted } from "./filters";
import { useReportTexts } from "./texts";

const GROUPS = [
  { name: "held", tone: "var(--series-held)" }, { name: "skipped", tone: "var(--series-skipped)" }, { name: "uncertain", tone: "var(--series-uncertain)" },
  { name: "failed", tone: "var(--series-failed)" }, { name: "cancelled", tone: "var(--series-skipped)" },
] as const;

export function Apart({ report, counts, wanted, onPick }: { report: CampaignReport; counts: Counts; wanted: Wanted; onPick: (filter: Record<string, unknown>) => void }) {
  const t = useReportTexts();
  const say = useWords();
  const { count } = useFormats();
  const groups = GROUPS.filter((one) => counts[one.name] > 0);
  const rows = (reasons: CampaignReport["limited"]["reasons"], tone: string) => [...reasons].sort((a, b) => b.value - a.value).map((one) => ({
    key: `${one.status} ${one.reason}`, name: <span title={one.reason}>{say(one.reason_text) ?? one.reason}</span>, value: one.value, text: count(one.value), tone, picked: same(wanted, wantedOf(one.filter)), onPick: () => onPick(one.filter),
  }));
  if (groups.length === 0) return <p className="text-table text-muted">{t("apartNone")}</p>;
  return (
    <div className="space-y-4">
      {report.limited.value > 0 && (
        <section aria-label={t("limited")}>
          <h3 className="flex justify-between text-table"><span>{t("limited")}</span><span className="tnum">{count(report.limited.value)}</span></h3>
          <p className="mb-1 text-caption text-muted">{t("limitedText")}</p>
          <Bars label={t("limited")} top={report.limited.value} rows={rows(report.limited.reasons, "var(--series-held)")} />
        </section>
      )}
      {groups.map(({ name, tone }) => (
        <section key={name} aria-label={t(name)}>
          <h3 className="text-table">
            <button type="button" aria-pressed={same(wanted, { state: name })} onClick={() => onPick({ state: name })} className="flex w-full items-center justify-between gap-2 rounded px-1 py-0.5 hover:bg-sunken aria-pressed:bg-accent-soft">
              <span className="inline-flex items-center gap-1.5"><StatusIcon status={name} />{t(name)}</span><span className="tnum">{count(counts[name])}</span>
            </button>
          </h3>
          {name === "uncertain" && <p className="mb-1 px-1 text-caption text-muted">{t("uncertainText")}</p>}
          <Bars label={t(name)} top={counts[name]} rows={rows(report[name].reasons, tone)} />
        </section>
      ))}
      {report.reasons_capped && <p className="text-caption text-warning-fg">{t("capped")}</p>}
    </div>
  );
}
