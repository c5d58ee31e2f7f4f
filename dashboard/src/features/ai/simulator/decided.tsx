/** One rehearsed decision: what was understood, what would follow, out of which knowledge, and what it took. */
import type { AiSimulation } from "../../../api/schema.gen";
import { useWords } from "../../../i18n";
import { duration } from "../../../lib/time";
import { Bar } from "../../../ui/bars";
import { Card, Facts } from "../../../ui/page";
import { Chip } from "../../../ui/status";
import { useFormats } from "../../../ui/when";
import { Near } from "../near";
import { TONES } from "./talk";
import { useSimulatorTexts } from "./texts";

export function Decided({ told, agent }: { told: AiSimulation; agent: string | null }) {
  const t = useSimulatorTexts();
  const say = useWords();
  const { percent } = useFormats();
  return (
    <Card title={t("decision")} className="xl:sticky xl:top-16">
      <div className="space-y-4" data-decided={told.outcome}>
        <div role="group" aria-label={t("intent")}>
          <p className="flex justify-between gap-2 text-card"><span>{say(told.intent_text) ?? told.intent ?? "—"}</span>{told.confidence !== null && <span className="tnum">{percent(told.confidence)}</span>}</p>
          {told.confidence !== null && <Bar share={told.confidence} tone={told.intent === "unsure" ? "var(--series-uncertain)" : undefined} />}
        </div>
        <Facts
          rows={[
            [t("outcome"), <span key="outcome"><Chip tone={TONES[told.outcome]}>{t(told.outcome)}</Chip>{told.reason && <span className="block text-caption text-muted">{say(told.reason_text) ?? told.reason}</span>}</span>],
            [t("agent"), agent ?? t("nobody")],
            [t("cost"), told.model ? `${told.model} · ${t("tokens", { count: told.tokens })} · ${told.cost}` : t("notAsked")],
            [t("took"), duration(told.latency_ms)],
            ...(told.text ? [[t("pause"), duration(told.delay_s * 1_000)] as [string, string]] : []),
            ...(told.tags.length ? [[t("tags"), told.tags.join(", ")] as [string, string]] : []),
          ]}
        />
        <section aria-label={t("passages")}>
          <h3 className="mb-2 text-table">{t("passages")}</h3>
          {told.passages.length === 0 ? <p className="text-table text-muted">{t("noPassages")}</p> : (
            <ol className="space-y-2">
              {told.passages.map((one) => (
                <li key={`${one.source_id} ${one.position}`} className="rounded-control bg-sunken p-3 text-table">
                  <p className="flex flex-wrap items-center gap-2 text-caption text-muted"><span>{one.source}</span>{one.used && <Chip tone="info">{t("used")}</Chip>}{one.approved && <Chip tone="success">{t("approvedAnswer")}</Chip>}<span className="grow" /><span className="tnum">{t("likeness", { share: percent(one.likeness) })}</span></p>
                  {one.question && <p className="mt-1 font-medium">{one.question}</p>}
                  <p className="mt-1 line-clamp-4 break-words whitespace-pre-wrap">{one.text}</p>
                </li>
              ))}
            </ol>
          )}
        </section>
        <Near neighbours={told.neighbours} />
      </div>
    </Card>
  );
}
