/** An agent's persona, what it may do, when it works, its limits, and its language model. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import type { Agent, Session } from "../../api/schema.gen";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { AreaField, CheckField, ChoiceField, Form, FormField, TextField } from "../../ui/form";
import { toast } from "../../ui/toasts";
import { useFormats } from "../../ui/when";
import { bodyOf, draftOf, type Draft } from "./agent-draft";
import { ACTIONS } from "./agent-words";
import { useAiTexts } from "./texts";

const DAYS = [0, 1, 2, 3, 4, 5, 6];
/** A Monday. */
const MONDAY = Date.UTC(2026, 10, 23, 12);

export function AgentForm({ of, numbers, onClose }: { of: Agent | null; numbers: Pick<Session, "id" | "name">[]; onClose: () => void }) {
  const t = useAiTexts();
  const { language } = useFormats();
  const [draft, setDraft] = useState<Draft>(() => draftOf(of));
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const day = (one: number) => new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" }).format(MONDAY + one * 86_400_000);
  const save = useMutation({
    mutationFn: (): Promise<Agent> => {
      const body = bodyOf(draft, of) as never;
      return of ? read(api.PATCH("/api/v1/ai/agents/{agent_id}", { params: { path: { agent_id: of.id } }, body })) : read(api.POST("/api/v1/ai/agents", { body }));
    },
    onSuccess: () => { refresh("agents"); toast(t("saved")); onClose(); },
  });
  const flip = <V,>(all: V[], one: V) => (all.includes(one) ? all.filter((each) => each !== one) : [...all, one]);
  const press = "control !h-8 border border-line-strong text-caption aria-pressed:bg-accent-soft aria-pressed:text-accent-fg";
  return (
    <Dialog open firm wide onOpenChange={(open) => !open && onClose()} title={of ? of.name : t("newAgent")} footer={<><Button onClick={onClose}>{t("cancel")}</Button><Button kind="primary" type="submit" form="agent" busy={save.isPending}>{t("save")}</Button></>}>
      <Form id="agent" error={save.error} onSubmit={() => save.mutate()} className="!max-w-none">
        <div className="grid grid-cols-1 gap-x-6 gap-y-4 sm:grid-cols-2">
          <TextField name="name" label={t("agentName")} hint={t("agentNameHint")} value={draft.name} onChange={(name) => set({ name })} maxLength={60} />
          <ChoiceField name="session_id" label={t("answersFor")} value={draft.session_id} onChange={(session_id) => set({ session_id })} options={[{ value: "", title: t("everyNumber") }, ...numbers.map((one) => ({ value: one.id, title: one.name }))]} />
          <AreaField className="sm:col-span-2" name="settings.persona" label={t("persona")} hint={t("personaHint")} value={draft.persona} onChange={(persona) => set({ persona })} rows={5} maxLength={4_000} />
          <ChoiceField name="settings.tone" label={t("tone")} value={draft.tone} onChange={(tone) => set({ tone })} options={[{ value: "friendly", title: t("toneFriendly") }, { value: "neutral", title: t("toneNeutral") }, { value: "formal", title: t("toneFormal") }]} />
          <ChoiceField name="settings.outside" label={t("outside")} value={draft.outside} onChange={(outside) => set({ outside })} options={[{ value: "answer", title: t("outsideAnswer") }, { value: "silent", title: t("outsideSilent") }, { value: "hand_over", title: t("outsideHandOver") }]} />
          <FormField name="settings.actions" label={t("mayDo")}>{(props) => <div id={props.id} role="group" aria-label={t("mayDo")} className="flex flex-wrap gap-1.5">{Object.entries(ACTIONS).map(([action, word]) => <button key={action} type="button" aria-pressed={draft.actions.includes(action)} onClick={() => set({ actions: flip(draft.actions, action) })} className={press}>{t(word)}</button>)}</div>}</FormField>
          {draft.actions.includes("tag") && <AreaField name="settings.tags" label={t("tagsAllowed")} rows={2} value={draft.tags} onChange={(tags) => set({ tags })} />}
          <FormField name="settings.hours" label={t("hours")}>
            {(props) => (
              <div id={props.id} className="space-y-2">
                <button type="button" aria-pressed={draft.always} onClick={() => set({ always: !draft.always })} className={press}>{t("always")}</button>
                {!draft.always && (
                  <>
                    <div role="group" aria-label={t("hours")} className="flex flex-wrap gap-1">{DAYS.map((one) => <button key={one} type="button" aria-pressed={draft.days.includes(one)} onClick={() => set({ days: flip(draft.days, one).sort() })} className={press}>{day(one)}</button>)}</div>
                    <div className="flex items-center gap-2"><input type="time" aria-label={t("begin")} className="field !w-32" value={draft.from} onChange={(event) => set({ from: event.target.value })} /><input type="time" aria-label={t("end")} className="field !w-32" value={draft.to} onChange={(event) => set({ to: event.target.value })} /></div>
                  </>
                )}
              </div>
            )}
          </FormField>
          <AreaField name="settings.hosts" label={t("hosts")} hint={t("hostsHint")} rows={2} value={draft.hosts} onChange={(hosts) => set({ hosts })} />
          <TextField name="settings.per_conversation" label={t("perPerson")} inputMode="numeric" value={draft.per_conversation} onChange={(per_conversation) => set({ per_conversation })} />
          <TextField name="settings.per_day" label={t("perDay")} inputMode="numeric" value={draft.per_day} onChange={(per_day) => set({ per_day })} />
          <TextField name="settings.least" label={t("threshold")} hint={t("leastHint")} inputMode="decimal" value={draft.least} onChange={(least) => set({ least })} />
          <FormField name="settings.delay_s" label={t("delay")}>{(props) => <div id={props.id} className="flex items-center gap-2"><input aria-label={t("delayFrom")} className="field !w-24" inputMode="decimal" value={draft.delayFrom} onChange={(event) => set({ delayFrom: event.target.value })} /><input aria-label={t("delayTo")} className="field !w-24" inputMode="decimal" value={draft.delayTo} onChange={(event) => set({ delayTo: event.target.value })} /></div>}</FormField>
          <div className="sm:col-span-2"><CheckField name="model" label={t("useModel")} hint={t("useModelHint")} checked={draft.model} onChange={(model) => set({ model })} /></div>
          {draft.model && (
            <>
              <TextField name="model.url" label={t("modelUrl")} value={draft.url} onChange={(url) => set({ url })} placeholder="https://api.example.com/v1" type="url" />
              <TextField name="model.name" label={t("modelName")} value={draft.model_name} onChange={(model_name) => set({ model_name })} />
              <TextField name="model.key" label={t("modelKey")} hint={of?.has_key ? t("keyKept") : undefined} value={draft.key} onChange={(key) => set({ key })} type="password" autoComplete="off" />
              <TextField name="model.daily_tokens" label={t("dailyTokens")} inputMode="numeric" value={draft.daily_tokens} onChange={(daily_tokens) => set({ daily_tokens })} />
              <TextField name="model.daily_cost" label={t("dailyCost")} inputMode="decimal" value={draft.daily_cost} onChange={(daily_cost) => set({ daily_cost })} />
              <div className="grid grid-cols-2 gap-3"><TextField name="model.price_in" label={t("priceIn")} inputMode="decimal" value={draft.price_in} onChange={(price_in) => set({ price_in })} /><TextField name="model.price_out" label={t("priceOut")} inputMode="decimal" value={draft.price_out} onChange={(price_out) => set({ price_out })} /></div>
              <div className="sm:col-span-2"><CheckField name="model.shares_personal_data" label={t("sharesData")} checked={draft.shares} onChange={(shares) => set({ shares })} /></div>
            </>
          )}
          {/* One that is there is switched on and off on its card, which says what that means for conversations. */}
          {!of && <div className="sm:col-span-2"><CheckField name="active" label={t("answersNow")} checked={draft.active} onChange={(active) => set({ active })} /></div>}
        </div>
      </Form>
    </Dialog>
  );
}
