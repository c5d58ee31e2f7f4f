/** Step 3: by which numbers, when, and not when. */
import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { api, read } from "../../../api/client";
import { key } from "../../../api/queries";
import type { Session } from "../../../api/schema.gen";
import { useWords } from "../../../i18n";
import { phone } from "../../../lib/phone";
import { zoneName } from "../../../lib/time";
import { localOf, momentOf } from "../../../lib/zoned";
import { Card } from "../../../ui/page";
import { Empty, ErrorBox, Skeleton } from "../../../ui/states";
import { Chip } from "../../../ui/status";
import { Switch } from "../../../ui/switch";
import { useFormats } from "../../../ui/when";
import { Labelled, useDraft, Wrong } from "./draft";
import { useAudience } from "./people";
import { recurring, scheduled, type Recurrence, type Schedule } from "./plan";
import { useWizardTexts } from "./texts";

type Share = { session_id: string; share?: number };
const QUIET = { from: "21:00", to: "08:00" };

export function SendingStep() {
  const t = useWizardTexts();
  const sessions = useQuery({ queryKey: key("sessions", "all"), queryFn: ({ signal }) => read(api.GET("/api/v1/sessions", { params: { query: { limit: 500 } }, signal })) });
  return (
    <div className="grid grid-cols-1 gap-3 lg:grid-cols-2">
      <Card title={t("numbers")} className="lg:col-span-2">
        {sessions.error && !sessions.data ? <ErrorBox error={sessions.error} onRetry={() => void sessions.refetch()} /> : !sessions.data ? <Skeleton rows={3} onRetry={() => void sessions.refetch()} /> : sessions.data.data.length === 0 ? <Empty title={t("noNumbers")}><p>{t("noNumbersText")}</p></Empty> : <Numbers sessions={sessions.data.data} />}
      </Card>
      <Card title={t("when")}><When /></Card>
      <Card title={t("quiet")}><Quiet /></Card>
    </div>
  );
}

function Numbers({ sessions }: { sessions: Session[] }) {
  const t = useWizardTexts();
  const say = useWords();
  const formats = useFormats();
  const { values, change } = useDraft();
  const told = useAudience().data;
  const chosen = (values.sessions ?? []) as Share[];
  const whole = chosen.reduce((sum, one) => sum + (one.share ?? 1), 0);
  const set = (next: Share[]) => change({ sessions: next.length ? next : null });
  const toggle = (id: string, on: boolean) => set(on ? [...chosen, { session_id: id, share: 1 }] : chosen.filter((one) => one.session_id !== id));
  return (
    <ul className="divide-y divide-line">
      {sessions.map((session) => {
        const at = chosen.findIndex((one) => one.session_id === session.id);
        const one = chosen[at];
        const number = told?.numbers.find((each) => each.session_id === session.id);
        const expected = one && told ? Math.round((told.would * (one.share ?? 1)) / whole) : null;
        const tight = number?.room_today != null && expected !== null && expected > number.room_today;
        return (
          <li key={session.id} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-2">
            <label className="flex min-h-8 min-w-48 grow items-center gap-3">
              <input type="checkbox" checked={at >= 0} onChange={(event) => toggle(session.id, event.target.checked)} />
              <span className="min-w-0"><span className="block truncate font-medium">{session.name}</span><span className="block text-caption text-muted tnum">{phone(session.phone)}</span></span>
            </label>
            <Chip tone={session.state === "active" ? "success" : session.state === "paused" ? "warning" : "danger"}>{{ active: t("active"), paused: t("paused"), stopped: t("stopped") }[session.state]}</Chip>
            {one && chosen.length > 1 && (
              <Labelled name={`sessions[${at}].share`} label={t("share")} hint={formats.percent((one.share ?? 1) / whole)} className="w-24">
                {(props) => <input {...props} type="number" inputMode="numeric" min={1} max={1000} className="field tnum" value={one.share ?? 1} onChange={(event) => set(chosen.map((each, index) => (index === at ? { ...each, share: Math.max(1, Math.min(1_000, Math.round(Number(event.target.value) || 1))) } : each)))} />}
              </Labelled>
            )}
            {one && (
              <p className="basis-full text-caption text-muted tnum sm:basis-auto">
                {expected !== null && <span>{t("expected", { count: expected })}{" · "}</span>}
                {number ? <span className={tight ? "text-warning-fg" : undefined}>{number.room_today === null ? t("noLimit") : t("room", { count: number.room_today })}{" · "}{t("pace", { rate: formats.rate(number.per_s) })}</span> : <span>{t("pace", { rate: formats.rate(session.throughput) })}</span>}
              </p>
            )}
            {one && session.state !== "active" && <p className="basis-full text-caption text-warning-fg">{t("waits", { why: say(session.reason_text) ?? t("stopped") })}</p>}
            {at >= 0 && <Wrong name={`sessions[${at}].session_id`} />}
          </li>
        );
      })}
    </ul>
  );
}

function When() {
  const t = useWizardTexts();
  const { language, zone: companyZone } = useFormats();
  const { values, change } = useDraft();
  const schedule = (values.schedule ?? null) as Schedule | null;
  const zone = schedule?.time_zone ?? companyZone;
  const again = schedule?.recurrence;
  const set = (next: Parameters<typeof scheduled>[1]) => change({ schedule: scheduled(schedule, next, companyZone) as never });
  const mode = again ? "again" : schedule?.start_at ? "later" : "now";
  const soon = () => new Date(Math.ceil((Date.now() + 3_600_000) / 900_000) * 900_000).toISOString();
  const choose = (next: string) => {
    if (next === "now") set({ start_at: null, recurrence: null });
    if (next === "later") set({ start_at: schedule?.start_at ?? soon(), recurrence: null });
    if (next === "again") set({ start_at: null, recurrence: recurring("week", undefined) });
  };
  return (
    <div className="space-y-3">
      <fieldset className="flex flex-wrap gap-x-6 gap-y-1">
        <legend className="sr-only">{t("when")}</legend>
        {(["now", "later", "again"] as const).map((one) => <label key={one} className="inline-flex min-h-8 items-center gap-2"><input type="radio" name="when" checked={mode === one} onChange={() => choose(one)} />{{ now: t("now"), later: t("later"), again: t("recurring") }[one]}</label>)}
      </fieldset>
      {mode === "later" && (
        <Labelled name="schedule.start_at" label={t("startAt")} hint={zoneName(language, zone)} className="max-w-72">
          {(props) => <input {...props} type="datetime-local" className="field" value={localOf(schedule?.start_at, zone)} onChange={(event) => { const at = momentOf(event.target.value, zone); if (at) set({ start_at: at }); }} />}
        </Labelled>
      )}
      {again && <Again value={again} zone={zone} onChange={(recurrence) => set({ recurrence })} />}
      {mode === "now" && <p className="text-table text-muted">{t("nowText")}</p>}
      <Wrong name="schedule.time_zone" />
    </div>
  );
}

function Again({ value, zone, onChange }: { value: Recurrence; zone: string; onChange: (value: Recurrence) => void }) {
  const t = useWizardTexts();
  const { language } = useFormats();
  // 5 January 2026 is a Monday.
  const day = (n: number) => new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" }).format(Date.UTC(2026, 0, 4 + n));
  return (
    <div className="space-y-3">
      <div className="grid grid-cols-1 gap-3 sm:grid-cols-3">
        <Labelled name="schedule.recurrence.every" label={t("every")}>{(props) => <select {...props} className="field" value={value.every} onChange={(event) => onChange(recurring(event.target.value as Recurrence["every"], value))}><option value="day">{t("everyDay")}</option><option value="week">{t("everyWeek")}</option><option value="month">{t("everyMonth")}</option></select>}</Labelled>
        <Labelled name="schedule.recurrence.at" label={t("at")} hint={zoneName(language, zone)}>{(props) => <input {...props} type="time" className="field" value={value.at} onChange={(event) => event.target.value && onChange({ ...value, at: event.target.value })} />}</Labelled>
        {value.every === "month" && <Labelled name="schedule.recurrence.day" label={t("dayOfMonth")} hint={t("dayHint")}>{(props) => <input {...props} type="number" inputMode="numeric" min={1} max={31} className="field" value={value.day ?? 1} onChange={(event) => onChange({ ...value, day: Math.max(1, Math.min(31, Math.round(Number(event.target.value) || 1))) })} />}</Labelled>}
        <Labelled name="schedule.recurrence.until" label={t("until")}>{(props) => <input {...props} type="datetime-local" className="field" value={localOf(value.until, zone)} onChange={(event) => { onChange({ ...value, until: momentOf(event.target.value, zone) ?? undefined }); }} />}</Labelled>
      </div>
      {value.every === "week" && (
        <fieldset data-field="schedule.recurrence.weekdays">
          <legend className="mb-1 text-table font-medium">{t("weekdays")}</legend>
          <div className="flex flex-wrap gap-x-4 gap-y-1">{[1, 2, 3, 4, 5, 6, 7].map((n) => <label key={n} className="inline-flex min-h-8 items-center gap-2 text-table"><input type="checkbox" checked={value.weekdays?.includes(n) ?? false} onChange={(event) => onChange({ ...value, weekdays: event.target.checked ? [...(value.weekdays ?? []), n].sort() : (value.weekdays ?? []).filter((one) => one !== n) })} />{day(n)}</label>)}</div>
          <Wrong name="schedule.recurrence.weekdays" />
        </fieldset>
      )}
      <p className="text-caption text-muted">{t("againText")}</p>
    </div>
  );
}

function Quiet() {
  const t = useWizardTexts();
  const { values, change } = useDraft();
  const id = useId();
  const quiet = values.quiet_hours as { from: string; to: string } | null | undefined;
  return (
    <div className="space-y-3">
      <div className="flex items-center gap-3"><Switch checked={quiet != null} label={t("quietOn")} onChange={(on) => change({ quiet_hours: on ? QUIET : null })} /><span id={id}>{t("quietOn")}</span></div>
      {quiet && (
        <div className="grid max-w-80 grid-cols-2 gap-3">
          <Labelled name="quiet_hours.from" label={t("quietFrom")}>{(props) => <input {...props} type="time" className="field" value={quiet.from} onChange={(event) => change({ quiet_hours: { ...quiet, from: event.target.value } })} />}</Labelled>
          <Labelled name="quiet_hours.to" label={t("quietTo")}>{(props) => <input {...props} type="time" className="field" value={quiet.to} onChange={(event) => change({ quiet_hours: { ...quiet, to: event.target.value } })} />}</Labelled>
        </div>
      )}
      <p className="text-caption text-muted">{t("quietText")}</p>
    </div>
  );
}
