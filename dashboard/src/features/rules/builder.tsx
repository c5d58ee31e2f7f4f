/** The rule builder: trigger and conditions, steps, proof. Three columns where there is room, tabs where there is not. */
import { useNavigate, useParams } from "@tanstack/react-router";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore, type ReactNode } from "react";
import { useFields } from "../../api/automation";
import { api, read } from "../../api/client";
import { Problem } from "../../api/problem";
import { key, refresh } from "../../api/queries";
import type { DryRun, Rule } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { belongs, fieldErrors, Form, FormField, TextField } from "../../ui/form";
import { Card } from "../../ui/page";
import { ManyPicker } from "../../ui/picker";
import { ErrorBox, Skeleton } from "../../ui/states";
import { typing } from "../../ui/table";
import { Tabs } from "../../ui/tabs";
import { toast } from "../../ui/toasts";
import { useFormats } from "../../ui/when";
import { useChoices } from "./choices";
import { Conditions } from "./conditions";
import { draftOf, draftPaths, emptyDraft, ruleOf, same, type Draft, type RuleJson } from "./draft";
import { forget, keep, keptDraft } from "./kept";
import { Proof, PROOF } from "./proof";
import { CancelOn, Caps, ScheduleFields } from "./schedule";
import { StepList } from "./step-list";
import { useRuleTexts } from "./texts";
import { useSpeech, type Said } from "./words";

const WIDE = "(min-width: 1280px)";
function useWide(): boolean {
  return useSyncExternalStore((tell) => { const media = matchMedia(WIDE); media.addEventListener("change", tell); return () => media.removeEventListener("change", tell); }, () => matchMedia(WIDE).matches);
}

/** A change without its nulls: what a rule that is not stored yet takes. */
const whole = (rule: RuleJson) => Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== null));

/** A trial names the fields of a rule inside its own body; here they are the rule's. */
function ofRule(error: unknown): unknown {
  if (!(error instanceof Problem)) return error;
  return new Problem(error.status, error.type, error.title, error.detail, error.requestId, error.fields.map((one) => ({ ...one, field: one.field.replace(/^rule\./, "") })), error.retryAfterS);
}

export function Sentence({ types, source, said }: { types: string[]; source: string; said: Said[] }) {
  const t = useRuleTexts();
  return (
    <p className="rounded-control bg-accent-soft px-3 py-2 text-table" aria-live="polite">
      {`${t("when")} `}<strong>{types.join(` ${t("or")} `) || "…"}</strong>{source ? ` ${t("ofSource", { source })}` : ""}
      {said.length > 0 && <strong>{` ${t("and")} `}</strong>}
      {said.map((one, at) => (one.joint ? <strong key={at}>{one.text}</strong> : <span key={at}>{one.text}</span>))}
    </p>
  );
}

export function Builder({ rule, begin }: { rule: Rule | null; begin?: RuleJson }) {
  const t = useRuleTexts();
  const say = useWords();
  const formats = useFormats();
  const navigate = useNavigate();
  const wide = useWide();
  const [search, setSearch] = useUrlState();
  const { company } = useParams({ strict: false }) as { company: string };
  const ruleId = rule?.id ?? "new";
  const version = rule?.version ?? 0;
  const base = useMemo(() => (rule ? draftOf(rule as unknown as RuleJson) : emptyDraft()), [rule]);
  const [kept, setKept] = useState(() => (begin ? null : keptDraft(company, ruleId)));
  const [draft, setDraft] = useState<Draft>(() => (begin ? draftOf(begin) : kept?.draft ?? base));
  const [asking, ask] = useState(false);
  const [active, setActive] = useState(true);
  const change = useCallback((part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part })), []);
  const dirty = !same(draft, base);
  // Another name alone is no other version; the short form becomes steps, and that is one.
  const renamed = rule !== null && !draft.wasShort && same({ ...draft, name: "" }, { ...base, name: "" });
  const doing = renamed ? t("saveName") : t("publishAs", { version: version + 1 });
  const { catalogue, fields, isPending, error: fieldsError } = useFields(draft.eventTypes);
  const choices = useChoices();
  const speech = useSpeech(fields, catalogue);
  const paths = useMemo(() => draftPaths(draft), [draft]);
  const eventTypes = (catalogue?.event_types ?? []).map((one) => ({ value: one.name, title: say(one.label) ?? one.name, note: one.name }));

  const save = () => { if (keep(company, ruleId, version, draft, Date.now())) toast(t("draftSaved")); };
  const first = useRef(draft);
  useEffect(() => {
    if (draft === first.current) return;
    const timer = setTimeout(() => keep(company, ruleId, version, draft, Date.now()), 500);
    return () => clearTimeout(timer);
  }, [company, ruleId, version, draft]);

  const trial = useMutation({ mutationFn: () => read(api.POST("/api/v1/rules/dry-run", { body: { ...PROOF, rule: whole(ruleOf(draft)) } as never })) as Promise<DryRun> });
  const publish = useMutation({
    mutationFn: () => (rule ? read(api.PATCH("/api/v1/rules/{rule_id}", { params: { path: { rule_id: rule.id } }, body: ruleOf(draft) as never })) : read(api.POST("/api/v1/rules", { body: { ...whole(ruleOf(draft)), active } as never }))),
    onSuccess: (made) => {
      forget(company, ruleId);
      ask(false);
      refresh("rules");
      toast(t("published", { version: made.version }));
      if (!rule) void navigate({ to: `/c/${company}/rules/${made.id}` as string, replace: true });
    },
    onError: (error) => { ask(false); const [one] = fieldErrors(error); if (one && !wide) setSearch({ part: one.field.startsWith("steps") ? "steps" : undefined }); },
  });
  const running = useQuery({
    queryKey: key("rules", "running", ruleId), enabled: asking && rule !== null, staleTime: 0, placeholderData: undefined,
    queryFn: ({ signal }) => read(api.GET("/api/v1/rules/{rule_id}/cases", { params: { path: { rule_id: ruleId }, query: { state: "running", limit: 1 } }, signal })),
  });
  const error = publish.error ?? (trial.error && fieldErrors(trial.error).length ? ofRule(trial.error) : null);
  const wrong = (path: string) => fieldErrors(error).some((one) => belongs(one.field, path));
  const test = () => { publish.reset(); if (!wide) setSearch({ part: "proof" }); trial.mutate(); };

  const keys = useRef({ save, test });
  useEffect(() => { keys.current = { save, test }; });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const held = event.ctrlKey || event.metaKey;
      if (held && event.key === "s") { event.preventDefault(); keys.current.save(); }
      if (held && event.key === "Enter") { event.preventDefault(); keys.current.test(); }
      if (event.key === "a" && !held && !event.altKey && !typing(event.target) && !document.querySelector("[role=dialog]")) {
        const add = document.querySelector<HTMLElement>("[data-add-step]");
        if (add) { event.preventDefault(); add.focus(); }
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);

  if (isPending) return <Skeleton />;
  if (!catalogue) return <ErrorBox error={fieldsError} />;
  const of = { fields, speech, paths, eventTypes };
  const types = draft.eventTypes.map(speech.eventType);
  const trigger = (
    <div className="space-y-5">
      <Sentence types={types} source={draft.source} said={speech.node(draft.when)} />
      <FormField name="trigger.event_type" label={t("trigger")}>
        {(props) => <ManyPicker id={props.id} invalid={Boolean(props["aria-invalid"])} describedBy={props["aria-describedby"]} label={t("trigger")} placeholder={t("chooseEvents")} options={[{ value: "*", title: t("anyEvent") }, ...eventTypes]} values={draft.eventTypes} onChange={(next) => change({ eventTypes: next.includes("*") && !draft.eventTypes.includes("*") ? ["*"] : next.filter((one) => one !== "*" || next.length === 1) })} />}
      </FormField>
      <TextField name="trigger.source" label={t("source")} value={draft.source} onChange={(source) => change({ source })} placeholder={t("anySource")} />
      <div className="space-y-2"><h3 className="text-table font-medium">{t("conditions")}</h3><Conditions {...of} root={draft.when} set={(when) => change({ when })} /></div>
      <CancelOn draft={draft} change={change} eventTypes={eventTypes} />
      <details className="group"><summary className="text-table font-medium">{t("limits")}</summary><div className="mt-3 space-y-4"><Caps draft={draft} change={change} /><ScheduleFields draft={draft} change={change} /></div></details>
    </div>
  );
  const steps = <StepList {...of} steps={draft.steps} set={(next) => change({ steps: next })} choices={choices} wrong={wrong} />;
  const proof = <Proof told={trial.data} busy={trial.isPending} error={trial.error && !fieldErrors(trial.error).length ? trial.error : null} onRun={test} />;
  const parts: { value: string; title: string; content: ReactNode }[] = [{ value: "trigger", title: t("triggerAndConditions"), content: trigger }, { value: "steps", title: t("steps"), content: steps }, { value: "proof", title: t("proof"), content: proof }];
  return (
    <Form error={error} onSubmit={() => ask(true)} className="!max-w-none">
      {kept && dirty && <p className="flex flex-wrap items-center gap-3 rounded-control bg-info-soft px-4 py-2 text-table text-info-fg"><span className="grow">{kept.version === version ? t("draftOf", { at: formats.dateTime(new Date(kept.at)) }) : t("draftOfOld", { at: formats.dateTime(new Date(kept.at)), version: kept.version })}</span><Button onClick={() => { forget(company, ruleId); setKept(null); setDraft(base); first.current = base; }}>{t("dropDraft")}</Button></p>}
      {draft.wasShort && <p className="text-table text-muted">{t("wasShort")}</p>}
      {choices.error != null && <ErrorBox error={choices.error} />}
      <div className="flex flex-wrap items-end gap-3">
        <TextField name="name" label={t("name")} value={draft.name} onChange={(name) => change({ name })} className="min-w-60 grow" />
        <Button type="submit" kind="primary" disabled={rule !== null && !dirty}>{doing}</Button>
      </div>
      {wide ? (
        <div className="grid grid-cols-[300px_minmax(0,1fr)_300px] items-start gap-3 2xl:grid-cols-[360px_minmax(0,1fr)_400px]">{parts.map((part) => <Card key={part.value} title={part.title}>{part.content}</Card>)}</div>
      ) : <Tabs label={t("builder")} value={search.part ?? "trigger"} onChange={(part) => setSearch({ part: part === "trigger" ? undefined : part })} tabs={parts} />}
      <Confirm open={asking} onOpenChange={ask} title={renamed ? t("renameTitle", { name: draft.name.trim() }) : t("publishTitle", { version: version + 1 })} action={doing} busy={publish.isPending} disabled={rule !== null && !running.data} onConfirm={() => publish.mutate()}>
        {rule === null ? (
          <label className="flex items-center gap-2 text-fg"><input type="checkbox" checked={active} onChange={(event) => setActive(event.target.checked)} className="h-4 w-4 accent-[var(--accent)]" />{t("activeAtOnce")}</label>
        ) : running.error ? <ErrorBox error={running.error} onRetry={() => void running.refetch()} /> : running.data ? !renamed && <p>{t("casesEnd", { count: running.data.count, version })}</p> : <Skeleton rows={1} />}
        {rule?.active === false && <p>{t("staysOff")}</p>}
        {draft.steps.length === 0 && <p>{t("noSteps")}</p>}
      </Confirm>
    </Form>
  );
}
