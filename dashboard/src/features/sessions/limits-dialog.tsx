import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import type { SessionWithUsage } from "../../api/schema.gen";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { asNumber, CheckField, ChoiceField, Form, NumberField, TextField } from "../../ui/form";
import { toast } from "../../ui/toasts";
import { tierName } from "./card";
import { limitsOf, optionsOf, OUTSIDE, PACES, TIERS, type LimitsForm } from "./limits";
import { useSessionTexts } from "./texts";

const PACE_WORDS = { default: "paceDefault", fast: "paceFast", normal: "paceNormal", safe: "paceSafe" } as const;
const OUTSIDE_WORDS = { "": "outsideUsual", send: "outsideSend", hold: "outsideHold", fail: "outsideFail" } as const;

export function LimitsDialog({ session, onClose }: { session: SessionWithUsage; onClose: () => void }) {
  const t = useSessionTexts();
  const [form, setForm] = useState<LimitsForm>(() => limitsOf(session));
  const set = (change: Partial<LimitsForm>) => setForm((now) => ({ ...now, ...change }));
  const web = session.transport === "web";
  const own = web ? "options.web.limits" : "options.budgets";
  const save = useMutation({
    mutationFn: () => read(api.PUT("/api/v1/sessions/{session_id}/limits", { params: { path: { session_id: session.id } }, body: { ...(web ? {} : { throughput_per_s: asNumber(form.throughput), tier: form.tier }), options: optionsOf(form, session) } as never })),
    onSuccess: () => { toast(t("limitsSaved", { name: session.name })); refresh("sessions"); onClose(); },
  });
  const tiers: readonly string[] = TIERS.some((one) => one === form.tier) ? TIERS : [form.tier, ...TIERS];
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} firm title={t("limitsTitle", { name: session.name })} description={t("limitsText")} footer={<><Button onClick={onClose}>{t("cancel")}</Button><Button kind="primary" type="submit" form="limits" busy={save.isPending}>{t("save")}</Button></>}>
      <Form id="limits" error={save.error} onSubmit={() => save.mutate()}>
        {!web && (
          <div className="grid gap-4 sm:grid-cols-2">
            <NumberField name="throughput_per_s" label={t("throughput")} value={form.throughput} onChange={(throughput) => set({ throughput })} hint={t("throughputHint")} />
            <ChoiceField name="tier" label={t("tier")} value={form.tier} onChange={(tier) => set({ tier })} options={tiers.map((value) => ({ value, title: value === "TIER_UNLIMITED" ? t("unlimited") : t("peopleDay", { n: tierName(value) }) }))} />
          </div>
        )}
        {web && (
          <div className="grid gap-4 sm:grid-cols-2">
            <ChoiceField name="options.web.pace" label={t("pace")} value={form.pace} onChange={(pace) => set({ pace })} options={PACES.map((value) => ({ value, title: t(PACE_WORDS[value]) }))} />
            <NumberField name="options.web.number_age_days" label={t("ageDays")} value={form.ageDays} onChange={(ageDays) => set({ ageDays })} hint={t("ageDaysHint")} />
          </div>
        )}
        <div className="grid gap-4 sm:grid-cols-2">
          <NumberField name={`${own}.per_hour`} label={t("perHour")} value={form.perHour} onChange={(perHour) => set({ perHour })} hint={t(web ? "emptyUsual" : "emptyNone")} />
          <NumberField name={`${own}.per_day`} label={t("perDay")} value={form.perDay} onChange={(perDay) => set({ perDay })} hint={t("fifth")} />
        </div>
        <CheckField name={web ? "options.web.warm_up" : "options.budgets.warm_up"} label={t("warmUpOn")} hint={t("warmUpHint")} checked={form.warmUp} onChange={(warmUp) => set({ warmUp })} />
        {web && <CheckField name="options.web.check_numbers" label={t("checkNumbers")} hint={t("checkNumbersHint")} checked={form.checkNumbers} onChange={(checkNumbers) => set({ checkNumbers })} />}
        <div className="grid gap-4 sm:grid-cols-2">
          <NumberField name={`${own}.identical_per_hour`} label={t("identical")} value={form.identical} onChange={(identical) => set({ identical })} hint={t("identicalHint")} />
          <NumberField name="options.budgets.marketing_per_day" label={t("marketing")} value={form.marketing} onChange={(marketing) => set({ marketing })} hint={t("emptyNone")} />
        </div>
        {!web && <ChoiceField name="options.budgets.outside_window" label={t("outside")} value={form.outside} onChange={(outside) => set({ outside })} options={OUTSIDE.map((value) => ({ value, title: t(OUTSIDE_WORDS[value]) }))} hint={t("outsideHint")} />}
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField name="options.budgets.quiet_hours.from" label={t("quietFrom")} type="time" value={form.quietFrom} onChange={(quietFrom) => set({ quietFrom })} hint={t("quietHint")} />
          <TextField name="options.budgets.quiet_hours.to" label={t("quietTo")} type="time" value={form.quietTo} onChange={(quietTo) => set({ quietTo })} />
        </div>
      </Form>
    </Dialog>
  );
}
