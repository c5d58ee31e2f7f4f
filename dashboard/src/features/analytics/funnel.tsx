import { Link } from "@tanstack/react-router";
import { Card } from "../../ui/page";
import { Change } from "../../ui/change";
import { useFormats } from "../../ui/when";
import { useFunnel, useSeries, type Funnel as Figures } from "./data";
import { Answer, BarsCard, SeriesCard, usePlaces } from "./parts";
import { share, type Question } from "./question";
import { useAnalyticsTexts } from "./texts";

const CHAIN = ["attempted", "accepted", "sent", "delivered", "read", "replied", "bought"] as const;
const APART = ["limited", "skipped", "held", "uncertain", "failed", "cancelled", "waiting"] as const;
/** The list of one status; a step without one has the whole period's list. */
const STATUS: Partial<Record<keyof Figures, string>> = { read: "read", skipped: "skipped", held: "held", uncertain: "uncertain", failed: "failed", cancelled: "cancelled", limited: "failed" };

export function FunnelTab({ question }: { question: Question }) {
  const t = useAnalyticsTexts();
  const { count, percent } = useFormats();
  const places = usePlaces(question);
  const now = useFunnel(question, question);
  const before = useFunnel(question, question.before);
  const series = useSeries(question);
  const figures = now.data?.funnel;
  const earlier = before.data?.funnel;
  const place = (name: keyof Figures) => places.messages(STATUS[name] ? { status: STATUS[name]! } : {});
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
                    <Link {...place(name) as { to: string }} className="hover:underline">{t(name)}</Link>
                    <span className="flex items-center gap-2 tnum">{count(figures[name])}<Change now={figures[name]} before={earlier?.[name]} worse={name !== "waiting"} /></span>
                  </li>
                ))}
              </ul>
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
