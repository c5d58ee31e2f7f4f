import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { useFields } from "../../api/automation";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import type { DryRun, Rule } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { Card, PageHead } from "../../ui/page";
import { ErrorBox, Skeleton } from "../../ui/states";
import { Chip } from "../../ui/status";
import { Tabs } from "../../ui/tabs";
import { ActiveSwitch } from "./active";
import { Builder, Sentence } from "./builder";
import { Cases } from "./cases";
import { namesOf, useChoices } from "./choices";
import { DeleteRule } from "./delete";
import { draftOf, type RuleJson } from "./draft";
import { Proof, PROOF } from "./proof";
import { Runs } from "./runs";
import type { Step } from "./steps";
import { useRuleTexts } from "./texts";
import { Versions } from "./versions";
import { useSpeech, type Speech } from "./words";

const useRule = (id: string | undefined) => useQuery({ queryKey: key("rules", "one", id), enabled: id !== undefined, placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/rules/{rule_id}", { params: { path: { rule_id: id! } }, signal })) });

export function RuleDetail() {
  const t = useRuleTexts();
  const navigate = useNavigate();
  const { company, ruleId } = useParams({ strict: false }) as { company: string; ruleId: string };
  const operator = useMay("operator");
  const [search, setSearch] = useUrlState();
  const [deleting, setDeleting] = useState(false);
  const rule = useRule(ruleId);
  const crumb = <Link to={`/c/${company}/rules` as string} className="hover:underline">{t("title")}</Link>;
  if (!rule.data) return <><PageHead title={t("rule")} crumb={crumb} />{rule.error ? <ErrorBox error={rule.error} onRetry={() => void rule.refetch()} /> : <Skeleton onRetry={() => void rule.refetch()} />}</>;
  const tabs = [
    { value: "builder", title: t("rule"), content: operator ? <Builder key={`${rule.data.id} ${rule.data.version}`} rule={rule.data} /> : <Told rule={rule.data} /> },
    { value: "runs", title: t("runs"), content: <Runs rule={rule.data} /> },
    { value: "cases", title: t("cases"), content: <Cases rule={rule.data} /> },
    { value: "versions", title: t("versions"), content: <Versions rule={rule.data} /> },
  ];
  return (
    <>
      <PageHead title={rule.data.name} count={`v${rule.data.version}`} crumb={crumb}>
        {operator ? <span className="flex items-center gap-2 text-table text-muted">{t("active")}<ActiveSwitch rule={rule.data} /></span> : <Chip tone={rule.data.active ? "success" : "neutral"}>{t(rule.data.active ? "on" : "off")}</Chip>}
        {operator && <Button kind="quiet" icon={<Trash2 size={14} aria-hidden />} onClick={() => setDeleting(true)}>{t("delete")}</Button>}
      </PageHead>
      {rule.error && <div className="mb-3"><ErrorBox error={rule.error} onRetry={() => void rule.refetch()} /></div>}
      <Tabs label={t("rule")} value={search.tab ?? "builder"} onChange={(tab) => setSearch({ tab: tab === "builder" ? undefined : tab, outcome: undefined, state: undefined, cursor: undefined })} tabs={tabs} />
      {deleting && <DeleteRule rule={rule.data} onClose={() => setDeleting(false)} onDone={() => void navigate({ to: `/c/${company}/rules` as string })} />}
    </>
  );
}

export function NewRule() {
  const t = useRuleTexts();
  const { company } = useParams({ strict: false }) as { company: string };
  const operator = useMay("operator");
  const [search] = useUrlState();
  const from = useRule(search.from);
  const crumb = <Link to={`/c/${company}/rules` as string} className="hover:underline">{t("title")}</Link>;
  const ready = !search.from || from.data;
  return (
    <>
      <PageHead title={t("newRule")} crumb={crumb} />
      {!operator ? <ErrorBox error={{ status: 403 }} /> : from.error ? <ErrorBox error={from.error} onRetry={() => void from.refetch()} /> : ready ? <Builder key={search.from ?? "new"} rule={null} begin={from.data ? { ...(from.data as unknown as RuleJson), name: t("copyOf", { name: from.data.name }) } : undefined} /> : <Skeleton />}
    </>
  );
}

/** A rule in words, for who may not change it; tried as it is stored. */
function Told({ rule }: { rule: Rule }) {
  const t = useRuleTexts();
  const draft = draftOf(rule as unknown as RuleJson);
  const { catalogue, fields } = useFields(draft.eventTypes);
  const choices = useChoices();
  const speech = useSpeech(fields, catalogue);
  const trial = useMutation({ mutationFn: () => read(api.POST("/api/v1/rules/{rule_id}/dry-run", { params: { path: { rule_id: rule.id } }, body: PROOF as never })) as Promise<DryRun> });
  return (
    <div className="grid grid-cols-1 items-start gap-3 xl:grid-cols-[minmax(0,1fr)_400px]">
      <Card title={t("rule")}>
        <Sentence types={draft.eventTypes.map(speech.eventType)} source={draft.source} said={speech.node(draft.when)} />
        <Lines steps={draft.steps} speech={speech} names={namesOf(choices)} />
        {draft.cancelOn.length > 0 && <p className="mt-3 border-l-4 border-danger pl-3 text-table">{`${t("cancelOn")}: ${draft.cancelOn.map(speech.eventType).join(", ")}`}</p>}
      </Card>
      <Card title={t("proof")}><Proof told={trial.data} busy={trial.isPending} error={trial.error} onRun={() => trial.mutate()} /></Card>
    </div>
  );
}

function Lines({ steps, speech, names }: { steps: Step[]; speech: Speech; names: ReturnType<typeof namesOf> }) {
  const t = useRuleTexts();
  return (
    <ol className="mt-3 list-decimal space-y-1 pl-6 text-table">
      {steps.map((step) => (
        <li key={step.key}>
          {speech.step(step, names)}
          {step.when && <>{": "}{speech.node(step.when).map((one, at) => (one.joint ? <strong key={at}>{one.text}</strong> : <span key={at}>{one.text}</span>))}</>}
          {step.then && step.then.length > 0 && <div className="border-l-2 border-accent pl-3"><p className="text-caption text-muted">{t("ifYes")}</p><Lines steps={step.then} speech={speech} names={names} /></div>}
          {step.else && step.else.length > 0 && <div className="border-l-2 border-line pl-3"><p className="text-caption text-muted">{t("ifNo")}</p><Lines steps={step.else} speech={speech} names={names} /></div>}
        </li>
      ))}
    </ol>
  );
}
