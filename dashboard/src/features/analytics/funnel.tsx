import { Link } from "@tanstack/react-router";
import { Card } from "../../ui/page";
import { Change } from "../../ui/change";
import { failedLater, REACHED } from "../../lib/reached";
import { useFormats } from "../../ui/when";
import { useFunnel, useSeries, type Funnel as Figures } from "./data";
import { Answer, BarsCard, SeriesCard, usePlaces } from "./parts";
import { share, type Question } from "./question";
import { useAnalyticsTexts } from "./texts";

const CHAIN = ["attempted", "accepted", "sent", "delivered", "read", "replied", "bought"] as const;
const APART = ["failed", "limited", "skipped", "held", "uncertain", "cancelled", "waiting"] as const;
/** The statuses that the list behind a number is asked for by; who replied or bought stands in no status, and has no list. */
const STATUS: Partial<Record<keyof Figures, string>> = { ...REACHED, skipped: "skipped", held: "held", uncertain: "uncertain", failed: "failed", cancelled: "cancelled", waiting: "scheduled,queued,sending" };

export function FunnelTab({ question }: { question: Question }) {
  const t = useAnalyticsTexts();
  const { count, percent } = useFormats();
  const places = usePlaces(question);
  const now = useFunnel(question, question);
  const before = useFunnel(question, question.before);
  const series = useSeries(question);
  const figures = now.data?.funnel;
  const earlier = before.data?.funnel;
  const place = (name: keyof Figures) => (STATUS[name] ? places.messages({ status: STATUS[name]! }) : undefined);
  // What WhatsApp's limits ended has failed, too: the list of the failed holds it.
  const apart = (of: Figures, name: (typeof APART)[number]) => (name === "failed" ? of.failed + of.limited : of[name]);
  const later = figures ? failedLater(figures) : 0;
  return (
    <div className="space-y-3">
      <Answer title={t("funnelQuestion")} of={[now]}>
        {figures && (
          <div className="grid grid-cols-1 gap-3 lg:grid-cols-[2fr_1fr]">
            <BarsCard
              title={t("funnelQuestion")} file="funnel" heads={{ name: t("step"), value: t("messages") }} top={Math.max(1, figures.attempted)}
              sentence={<>{t("funnelSentence", { delivered: percent(now.data!.rates.delivered), read: percent(now.data!.rates.read) })} <Change now={now.data!.rates.delivered} before={before.data?.rates.delivered} /></>}
              items={CHAIN.map((name) => ({ key: name, name: t(name), value: figures[name], before: earlier?.[name] ?? null, text: `${count(figures[name])} · ${percent(share(figures[name], figures.attempted))}`, place: place(name) }))}
            />
            <Card title={t("apartQuestion")}>
              <ul className="space-y-1.5 text-table">
                {APART.map((name) => (
                  <li key={name} className="flex flex-wrap items-center justify-between gap-x-3">
                    {STATUS[name] ? <Link {...place(name) as { to: string }} className="hover:underline">{t(name)}</Link> : <span className="pl-3">{t(name)}</span>}
                    <span className="flex items-center gap-2 tnum">{count(apart(figures, name))}<Change now={apart(figures, name)} before={earlier && apart(earlier, name)} worse={name !== "waiting"} /></span>
                  </li>
                ))}
              </ul>
              {later > 0 && <p className="mt-3 text-caption text-muted">{t("failedLater", { count: later })}</p>}
              <p className="mt-3 text-caption text-muted">{t("receiptsLater")}</p>
            </Card>
          </div>
        )}
      </Answer>
      <Answer title={t("sharesQuestion")} of={[series]}>
        <SeriesCard
          question={question} title={t("sharesQuestion")} points={series.points} value={percent} file="shares" list="messages" sentence={t("sharesSentence")}
          lines={[
            { key: "delivered_share", name: t("delivered"), tone: "var(--series-delivered)", compared: true },
            { key: "read_share", name: t("read"), tone: "var(--series-read)", dash: "5 2", compared: true },
          ]}
        />
      </Answer>
    </div>
  );
}
