/** When a rule may write, what calls it off, how often it may run. */
import { FormField, NumberField } from "../../ui/form";
import { ManyPicker, type Option } from "../../ui/picker";
import { DAYS, NEW_SCHEDULE, type Draft } from "./draft";
import { useRuleTexts } from "./texts";

export function DaysField({ name, days, onChange }: { name: string; days: string[]; onChange: (days: string[]) => void }) {
  const t = useRuleTexts();
  return (
    <FormField name={name} label={t("days")} hint={days.length ? undefined : t("everyDay")}>
      {(props) => (
        <span role="group" id={props.id} aria-label={t("days")} className="flex flex-wrap gap-1">
          {DAYS.map((day) => <button key={day} type="button" aria-pressed={days.includes(day)} onClick={() => onChange(DAYS.filter((one) => (one === day ? !days.includes(day) : days.includes(one))))} className="control !px-2 border border-line-strong aria-pressed:bg-accent-soft aria-pressed:text-accent-fg">{t(day)}</button>)}
        </span>
      )}
    </FormField>
  );
}

export function CancelOn({ draft, change, eventTypes }: { draft: Draft; change: (part: Partial<Draft>) => void; eventTypes: Option[] }) {
  const t = useRuleTexts();
  return (
    <div className="border-l-4 border-danger pl-3">
      <FormField name="cancel_on" label={t("cancelOn")} hint={t("cancelOnHint")}>
        {(props) => <ManyPicker id={props.id} label={t("cancelOn")} placeholder={t("chooseEvents")} options={eventTypes} values={draft.cancelOn} onChange={(cancelOn) => change({ cancelOn })} />}
      </FormField>
    </div>
  );
}

export function Caps({ draft, change }: { draft: Draft; change: (part: Partial<Draft>) => void }) {
  const t = useRuleTexts();
  return (
    <div className="space-y-3">
      <NumberField name="caps.per_order" label={t("perOrder")} value={draft.perOrder} onChange={(perOrder) => change({ perOrder })} placeholder={t("noLimit")} />
      <div className="grid grid-cols-2 gap-2">
        <NumberField name="caps.per_person.count" label={t("perPerson")} value={draft.personCount} onChange={(personCount) => change({ personCount })} placeholder={t("noLimit")} />
        <NumberField name="caps.per_person.per_hours" label={t("perHours")} value={draft.personHours} onChange={(personHours) => change({ personHours })} placeholder="24" />
      </div>
    </div>
  );
}

export function ScheduleFields({ draft, change }: { draft: Draft; change: (part: Partial<Draft>) => void }) {
  const t = useRuleTexts();
  const { schedule } = draft;
  const set = (part: Partial<typeof NEW_SCHEDULE>) => schedule && change({ schedule: { ...schedule, ...part } });
  return (
    <div className="space-y-3">
      <label className="flex min-h-8 items-center gap-2 text-table"><input type="checkbox" checked={schedule !== null} onChange={(event) => change({ schedule: event.target.checked ? NEW_SCHEDULE : null })} className="h-4 w-4 accent-[var(--accent)]" />{t("onlyWithin")}</label>
      {schedule && (
        <>
          <div className="grid grid-cols-2 gap-2">
            {(["from", "to"] as const).map((name) => <FormField key={name} name={`schedule.${name}`} label={t(name === "from" ? "from" : "toHour")}>{(props) => <input {...props} className="field" placeholder="08:00" value={schedule[name]} onChange={(event) => set({ [name]: event.target.value })} />}</FormField>)}
          </div>
          <DaysField name="schedule.days" days={schedule.days} onChange={(days) => set({ days })} />
          <FormField name="schedule.zone" label={t("zone")}>{(props) => <select {...props} className="field" value={schedule.zone} onChange={(event) => set({ zone: event.target.value })}><Zones now={schedule.zone} /></select>}</FormField>
          <FormField name="schedule.outside" label={t("outside")}>{(props) => <select {...props} className="field" value={schedule.outside} onChange={(event) => set({ outside: event.target.value })}><option value="wait">{t("outsideWait")}</option><option value="skip">{t("outsideSkip")}</option></select>}</FormField>
        </>
      )}
    </div>
  );
}

/** The company's clock, the recipient's, and the zone that the rule names already. */
export function Zones({ now }: { now: string }) {
  const t = useRuleTexts();
  return <>{["company", "recipient", ...(now === "company" || now === "recipient" ? [] : [now])].map((one) => <option key={one} value={one}>{one === "company" ? t("zoneCompany") : one === "recipient" ? t("zoneRecipient") : one}</option>)}</>;
}
