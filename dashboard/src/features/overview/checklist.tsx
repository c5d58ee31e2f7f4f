/** The first four steps; each ticks itself as soon as the system has it, and shows the command that does it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { CircleCheck, CircleDashed } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import { useMay } from "../../api/session";
import { Button } from "../../ui/button";
import { CodeBlock } from "../../ui/copy";
import { cx } from "../../ui/cx";
import { Card } from "../../ui/page";
import { commands, nextStep, STEPS, type Done } from "./steps";
import { useOverviewTexts } from "./texts";

const LOOK_MS = 3_000;
const HIDDEN = "masteria.checklist.";
const WORDS = { number: ["step_number", "step_number_text"], webhook: ["step_webhook", "step_webhook_text"], rule: ["step_rule", "step_rule_text"], read: ["step_read", "step_read_text"] } as const;

function useDone(company: string, watched: boolean) {
  return useQuery({
    queryKey: key("first-steps"),
    enabled: watched,
    staleTime: 0,
    queryFn: async ({ signal }): Promise<Done> => {
      const one = { limit: 1 };
      const [sessions, webhooks, rules, month] = await Promise.all([
        read(api.GET("/api/v1/sessions", { params: { query: one }, signal })), read(api.GET("/api/v1/webhooks", { params: { query: one }, signal })),
        read(api.GET("/api/v1/rules", { params: { query: one }, signal })), read(api.GET("/api/v1/metrics/funnel", { signal })),
      ]);
      return { number: sessions.data[0]?.id ?? null, webhook: webhooks.data[0] ? webhooks.data[0].url ?? `${location.origin}/api/v1/webhooks/incoming/${company}` : null, rule: rules.count > 0, read: (month.funnel.read ?? 0) > 0 };
    },
    // What is done stays done: it is asked again only while something is missing.
    refetchInterval: (query) => (query.state.data && nextStep(query.state.data) === null ? false : LOOK_MS),
  });
}

export default function Checklist() {
  const t = useOverviewTexts();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const [hidden, hide] = useState(() => localStorage.getItem(HIDDEN + company) === "1");
  const [picked, pick] = useState<(typeof STEPS)[number] | null>(null);
  const { data: done } = useDone(company, operator && !hidden);
  const next = done ? nextStep(done) : null;
  if (!operator || hidden || !done || next === null) return null;
  const shown = picked ?? next;
  const ticked = { number: done.number !== null, webhook: done.webhook !== null, rule: done.rule, read: done.read };
  return (
    <Card
      title={t("firstSteps")}
      className="mb-4"
      aside={<Button kind="quiet" onClick={() => { localStorage.setItem(HIDDEN + company, "1"); hide(true); }}>{t("hideSteps")}</Button>}
    >
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-[minmax(220px,1fr)_2fr]" data-checklist>
        <ol className="space-y-1">
          {STEPS.map((step) => (
            <li key={step}>
              <button type="button" aria-expanded={shown === step} onClick={() => pick(step)} className={cx("flex min-h-9 w-full items-center gap-2 rounded-control px-2 text-left text-table hover:bg-sunken pointer-coarse:min-h-11", shown === step && "bg-accent-soft text-accent-fg")}>
                {ticked[step] ? <CircleCheck size={16} aria-hidden className="shrink-0 text-success-fg" /> : <CircleDashed size={16} aria-hidden className="shrink-0 text-faint" />}
                <span>{t(WORDS[step][0])}</span>
                <span className="sr-only">{ticked[step] ? t("stepDone") : t("stepOpen")}</span>
              </button>
            </li>
          ))}
        </ol>
        <div className="min-w-0 space-y-2">
          <p className="text-table text-muted">{t(WORDS[shown][1])}</p>
          <CodeBlock label={t("curl")} text={commands(location.origin, company, done)[shown]} />
          {shown !== "read" && <p className="text-caption text-muted">{t("keyFrom")}{" "}<Link to={`/c/${company}/settings/keys` as string} className="text-accent-fg underline">{t("keysPage")}</Link></p>}
        </div>
      </div>
    </Card>
  );
}
