import { duration } from "../../lib/time";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { cx } from "../../ui/cx";
import { useSeries } from "./data";
import { Answer, SeriesCard } from "./parts";
import { type Question } from "./question";
import { useAnalyticsTexts } from "./texts";

const MARKS = ["accepted", "sent"] as const;
const middle = (values: (number | null | undefined)[]) => {
  const known = values.filter((one): one is number => one != null).sort((a, b) => a - b);
  return known.length ? known[Math.floor(known.length / 2)]! : null;
};

export function Latency({ question }: { question: Question }) {
  const t = useAnalyticsTexts();
  const [search, setSearch] = useUrlState();
  const series = useSeries(question);
  const mark = MARKS.find((one) => one === search.mark) ?? "accepted";
  const log = search.log === "1";
  const p50 = middle(series.points.map((one) => one[`${mark}_p50`]));
  const worst = series.points.reduce<number | null>((most, one) => (one[`${mark}_p99`] != null ? Math.max(most ?? 0, one[`${mark}_p99`]!) : most), null);
  return (
    <Answer title={t("latencyQuestion")} of={[series]}>
      <SeriesCard
        question={question} title={t(mark === "accepted" ? "latencyQuestion" : "latencySentQuestion")} points={series.points} value={duration} file={`latency-${mark}`} list="messages" log={log} target={{ y: 1000, text: t("target") }}
        sentence={p50 === null || worst === null ? t("latencyNone") : t("latencySentence", { p50: duration(p50), worst: duration(worst) })}
        aside={
          <>
            <span role="group" aria-label={t("until")} className="flex rounded-control border border-line p-0.5">
              {MARKS.map((one) => <button key={one} type="button" aria-pressed={mark === one} onClick={() => setSearch({ mark: one === "accepted" ? undefined : one })} className={cx("h-7 rounded px-2 text-caption pointer-coarse:h-10", mark === one ? "bg-accent-soft font-semibold text-accent-fg" : "text-muted hover:bg-sunken")}>{t(one === "accepted" ? "untilAccepted" : "untilSent")}</button>)}
            </span>
            <Button kind="quiet" aria-pressed={log} className="!h-7 text-caption" onClick={() => setSearch({ log: log ? undefined : "1" })}>{t("logScale")}</Button>
          </>
        }
        lines={[
          { key: `${mark}_p50`, name: "p50", tone: "var(--series-sent)" },
          { key: `${mark}_p95`, name: "p95", tone: "var(--series-held)", dash: "5 2" },
          { key: `${mark}_p99`, name: "p99", tone: "var(--series-failed)", dash: "2 2", compared: true },
        ]}
      />
    </Answer>
  );
}
