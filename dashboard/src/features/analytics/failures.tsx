import { useWords } from "../../i18n";
import { Change } from "../../ui/change";
import { useFormats } from "../../ui/when";
import { useBreakdown, useSeries, type Counted } from "./data";
import { Answer, BarsCard, SeriesCard, usePlaces } from "./parts";
import { sum, type Question } from "./question";
import { useAnalyticsTexts } from "./texts";

const STAGES = ["refused", "late"];

export function Failures({ question }: { question: Question }) {
  const t = useAnalyticsTexts();
  const say = useWords();
  const { count } = useFormats();
  const places = usePlaces(question);
  const series = useSeries(question);
  const errors = useBreakdown<Counted>("error", question, question);
  const errorsBefore = useBreakdown<Counted>("error", question, question.before);
  const skips = useBreakdown<Counted>("skip", question, question);
  const skipsBefore = useBreakdown<Counted>("skip", question, question.before);
  const name = (one: Counted) => `${one.stage}/${one.class}/${one.code}`;
  const before = new Map(errorsBefore.data?.data.map((one) => [name(one), one.count]));
  const skippedBefore = new Map(skipsBefore.data?.data.map((one) => [one.reason, one.count]));
  const total = (rows: Counted[] | undefined) => rows?.reduce((n, one) => n + one.count, 0) ?? 0;
  return (
    <div className="space-y-3">
      <Answer title={t("failuresQuestion")} of={[series]}>
        <SeriesCard question={question} title={t("failuresQuestion")} points={series.points} value={count} file="failures" list="messages" more={{ status: "failed" }}
          lines={[{ key: "failed", name: t("failed"), tone: "var(--series-failed)", area: 0.2, step: true, compared: true }]}
          sentence={<>{t("failuresSentence", { count: sum(series.points, "failed") ?? 0 })} <Change now={sum(series.points, "failed")} before={sum(series.points, "failed_before")} worse /></>} />
      </Answer>
      <div className="grid grid-cols-1 gap-3 lg:grid-cols-2">
        <Answer title={t("codesQuestion")} of={[errors]}>
          <BarsCard title={t("codesQuestion")} file="errors" heads={{ name: t("code"), value: t("messages") }} top={total(errors.data?.data)} sentence={t("codesSentence")}
            items={(errors.data?.data ?? []).map((one) => ({
              key: name(one), value: one.count, before: errorsBefore.data ? before.get(name(one)) ?? 0 : null, tone: "var(--series-failed)",
              name: [one.code, STAGES.includes(one.stage ?? "") ? t(one.stage as "late") : null].filter(Boolean).join(" · "),
              note: [say(one.meaning) ?? say(one.reason_text), say(one.advice)].filter(Boolean).join(" "),
              place: places.messages({ status: "failed", ...(one.reason ? { reason: one.reason } : {}) }),
            }))} />
        </Answer>
        <Answer title={t("skipsQuestion")} of={[skips]}>
          <BarsCard title={t("skipsQuestion")} file="skipped" heads={{ name: t("reason"), value: t("messages") }} top={total(skips.data?.data)} sentence={t("skipsSentence")}
            items={(skips.data?.data ?? []).map((one) => ({ key: one.reason ?? "-", name: say(one.reason_text) ?? one.reason ?? "—", value: one.count, before: skipsBefore.data ? skippedBefore.get(one.reason) ?? 0 : null, tone: "var(--series-skipped)", place: places.messages({ status: "skipped", ...(one.reason ? { reason: one.reason } : {}) }) }))} />
        </Answer>
      </div>
    </div>
  );
}
