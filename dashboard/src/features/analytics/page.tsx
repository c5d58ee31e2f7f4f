import { useContext, type ReactNode } from "react";
import { useNames } from "../../api/names";
import { dayOf } from "../../lib/calendar";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { cx } from "../../ui/cx";
import type { FilterField } from "../../ui/filter-values";
import { FilterBar } from "../../ui/filters";
import { PageHead } from "../../ui/page";
import { Tabs } from "../../ui/tabs";
import { Now, useFormats, Zone } from "../../ui/when";
import { Failures } from "./failures";
import { FunnelTab } from "./funnel";
import { Groups } from "./groups";
import { Latency } from "./latency";
import { FILTERS, readQuestion, SPANS, TABS, type Question, type Tab } from "./question";
import { Revenue } from "./revenue";
import { useAnalyticsTexts } from "./texts";
import { Volume } from "./volume";

const MINUTE = 60_000;
const NAMED = ["session_id", "rule_id", "template_id", "campaign_id"] as const;
const SHOWN: Record<Tab, (question: Question) => ReactNode> = {
  volume: (question) => <Volume question={question} />,
  funnel: (question) => <FunnelTab question={question} />,
  latency: (question) => <Latency question={question} />,
  failures: (question) => <Failures question={question} />,
  rules: (question) => <Groups by="rule" question={question} />,
  templates: (question) => <Groups by="template" question={question} />,
  numbers: (question) => <Groups by="session" question={question} />,
  revenue: (question) => <Revenue question={question} />,
};

/** What changed, and where? */
export function Analytics() {
  const t = useAnalyticsTexts();
  const formats = useFormats();
  const zone = useContext(Zone);
  const now = Math.floor((useContext(Now) || Date.now()) / MINUTE) * MINUTE;
  const [search, setSearch] = useUrlState();
  const names = useNames(NAMED);
  const question = readQuestion(search, now, zone);
  const tab = TABS.find((one) => one === search.tab) ?? "volume";
  const compare = search.compare !== "0";
  const titles = { session_id: t("number"), campaign_id: t("campaign"), rule_id: t("rule"), template_id: t("template") };
  const fields: FilterField[] = FILTERS.map((name) => ({ name, title: titles[name], options: names[name] }));
  const values: Record<string, string> = question.filter ? { [question.filter.name]: question.filter.id } : {};
  const none = Object.fromEntries(FILTERS.map((name) => [name, undefined]));
  const words = (at: number) => formats.dateTime(new Date(at));
  return (
    <>
      <PageHead title={t("title")}>
        <div role="group" aria-label={t("period")} className="flex rounded-control border border-line p-0.5">
          {[...SPANS, "days"].map((one) => (
            <button key={one} type="button" aria-pressed={question.span === one} onClick={() => setSearch(one === "days" ? { range: undefined, step: undefined, from: dayOf(question.from, zone), to: dayOf(question.to - 1, zone) } : { range: one === "7d" ? undefined : one, step: undefined, from: undefined, to: undefined })} className={cx("h-7 min-w-9 rounded px-2 text-caption tnum pointer-coarse:h-10", question.span === one ? "bg-accent-soft font-semibold text-accent-fg" : "text-muted hover:bg-sunken")}>{one === "days" ? t("days") : one}</button>
          ))}
        </div>
      </PageHead>
      <div className="flex flex-wrap items-center gap-x-3">
        <FilterBar fields={fields} values={values} onChange={(name, value) => setSearch({ ...none, [name]: value })} onClear={() => setSearch(none)} />
        {question.span === "days" && (
          <span className="flex flex-wrap items-center gap-2">
            <input type="date" aria-label={t("firstDay")} className="field !w-auto" value={search.from ?? ""} max={search.to} onChange={(event) => event.target.value && setSearch({ from: event.target.value })} />
            <input type="date" aria-label={t("lastDay")} className="field !w-auto" value={search.to ?? ""} min={search.from} max={dayOf(now, zone)} onChange={(event) => event.target.value && setSearch({ to: event.target.value })} />
          </span>
        )}
        <select aria-label={t("stepSize")} className="field !w-auto" value={question.step} onChange={(event) => setSearch({ step: event.target.value })}>
          {question.steps.map((one) => <option key={one} value={one}>{t(one)}</option>)}
        </select>
        <Button kind="quiet" aria-pressed={compare} className={compare ? "bg-accent-soft !text-accent-fg" : undefined} onClick={() => setSearch({ compare: compare ? "0" : undefined })}>{t(compare ? "compareOn" : "compareOff")}</Button>
      </div>
      <p className="mb-2 text-caption text-muted tnum">{t("versus", { from: words(question.from), to: words(question.to), beforeFrom: words(question.before.from), beforeTo: words(question.before.to) })}</p>
      <Tabs label={t("title")} value={tab} onChange={(next) => setSearch({ tab: next === "volume" ? undefined : next })} tabs={TABS.map((one) => ({ value: one, title: t(one), content: one === tab ? <div className="pt-3">{SHOWN[one](question)}</div> : null }))} />
    </>
  );
}
