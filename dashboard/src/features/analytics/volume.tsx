import { Change } from "../../ui/change";
import { useFormats } from "../../ui/when";
import { useBreakdown, useSeries, type Counted } from "./data";
import { Answer, BarsCard, SeriesCard, usePlaces, useSpanWords, type SeriesLine } from "./parts";
import { peak, sum, type Question } from "./question";
import { useAnalyticsTexts } from "./texts";

export function Volume({ question }: { question: Question }) {
  const t = useAnalyticsTexts();
  const { count } = useFormats();
  const span = useSpanWords(question);
  const places = usePlaces(question);
  const series = useSeries(question);
  const types = useBreakdown<Counted>("event_type", question, question);
  const typesBefore = useBreakdown<Counted>("event_type", question, question.before);
  const { points } = series;
  const events: SeriesLine = { key: "events", name: t("events"), tone: "var(--series-sent)", area: 0.18, step: true, compared: true };
  const accepted: SeriesLine = { key: "accepted", name: t("accepted"), tone: "var(--series-delivered)", area: 0.18, step: true, compared: true };
  const became: SeriesLine[] = [
    { key: "delivered", name: t("delivered"), tone: "var(--series-delivered)", step: true },
    { key: "read", name: t("read"), tone: "var(--series-read)", step: true, dash: "5 2" },
    { key: "failed", name: t("failed"), tone: "var(--series-failed)", step: true, dash: "2 2" },
    { key: "skipped", name: t("skipped"), tone: "var(--series-skipped)", step: true, dash: "6 2 2 2" },
  ];
  const top = peak(points, "events");
  const before = new Map(typesBefore.data?.data.map((one) => [one.event_type, one.count]));
  const all = types.data?.data.reduce((n, one) => n + one.count, 0) ?? 0;
  return (
    <div className="space-y-3">
      <Answer title={t("volumeQuestion")} of={[series]}>
        {!question.filter && (
          <SeriesCard question={question} title={t("eventsQuestion")} lines={[events]} points={points} value={count} file="events" list="events"
            sentence={<>{t("eventsSentence", { count: sum(points, "events") ?? 0 })} <Change now={sum(points, "events")} before={sum(points, "events_before")} /> {top && t("peak", { n: count(top.events), at: span(top.at) })}</>} />
        )}
        <SeriesCard question={question} title={t("volumeQuestion")} lines={[accepted]} points={points} value={count} file="accepted" list="messages"
          sentence={<>{t("acceptedSentence", { count: sum(points, "accepted") ?? 0 })} <Change now={sum(points, "accepted")} before={sum(points, "accepted_before")} /></>} />
        <SeriesCard question={question} title={t("becameQuestion")} lines={became} points={points} value={count} file="outcomes" list="messages"
          sentence={t("becameSentence", { delivered: t("deliveredN", { count: sum(points, "delivered") ?? 0 }), read: t("readN", { count: sum(points, "read") ?? 0 }), failed: t("failuresN", { count: sum(points, "failed") ?? 0 }) })} />
      </Answer>
      {!question.filter && (
        <Answer title={t("typesQuestion")} of={[types]}>
          <BarsCard title={t("typesQuestion")} sentence={t("typesSentence", { count: types.data?.data.length ?? 0 })} file="event-types" heads={{ name: t("type"), value: t("events") }} top={all}
            items={(types.data?.data ?? []).map((one) => ({ key: one.event_type ?? "-", name: one.event_type ?? t("noType"), value: one.count, before: typesBefore.data ? before.get(one.event_type) ?? 0 : null, place: places.events(one.event_type ? { event_type: one.event_type } : {}) }))} />
        </Answer>
      )}
    </div>
  );
}
