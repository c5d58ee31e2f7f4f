import { Link, useParams } from "@tanstack/react-router";
import { Change } from "../../ui/change";
import { Card } from "../../ui/page";
import { useFormats } from "../../ui/when";
import { useHasPix, usePix, useSeries } from "./data";
import { Groups } from "./groups";
import { Answer, SeriesCard } from "./parts";
import { sum, type Question } from "./question";
import { useAnalyticsTexts } from "./texts";

const cents = (money: string | undefined) => (money === undefined ? null : Math.round(Number(money) * 100));

export function Revenue({ question }: { question: Question }) {
  const t = useAnalyticsTexts();
  const { count, money } = useFormats();
  const { company } = useParams({ strict: false }) as { company: string };
  const has = useHasPix();
  const pix = usePix(question, has.data === true);
  const before = usePix(question.before, has.data === true);
  const series = useSeries(question);
  const now = pix.data;
  const was = before.data;
  const cards = now && [
    { key: "generated", name: t("pixGenerated"), sum: now.generated, before: was?.generated },
    { key: "paid", name: t("pixPaid"), sum: now.paid, before: was?.paid },
    { key: "direct", name: t("pixDirect"), sum: now.paid_after_reminder.direct, before: was?.paid_after_reminder.direct },
    { key: "assisted", name: t("pixAssisted"), sum: now.paid_after_reminder.assisted, before: was?.paid_after_reminder.assisted },
  ];
  return (
    <div className="space-y-3">
      {has.data === false ? <Card title={t("pixQuestion")}><p className="text-table text-muted">{t("noPix")}</p></Card> : <Answer title={t("pixQuestion")} of={has.data ? [pix] : [has, pix]}>
        {now && (
          <section aria-label={t("pixQuestion")}>
            <p className="mb-2 text-table text-muted">{t("pixSentence", { amount: money(now.recovered_amount) })} <Change now={cents(now.recovered_amount)} before={cents(was?.recovered_amount)} /> {now.count_capped && t("pixCapped")} {question.filter && t("ofEverything")}</p>
            <ul className="grid grid-cols-2 gap-3 lg:grid-cols-4">
              {cards?.map((one) => (
                <li key={one.key} className="card p-4">
                  <span className="block truncate text-table text-muted">{one.name}</span>
                  <span className="block text-[22px] leading-8 font-semibold tnum">{money(one.sum.amount)}</span>
                  <span className="flex flex-wrap items-center justify-between gap-x-2"><Change now={cents(one.sum.amount)} before={cents(one.before?.amount)} /><Link to={`/c/${company}/events` as string} search={{ event_type: "pix_created", from: now.from, to: now.to } as never} className="text-caption text-muted tnum hover:underline">{t("orders", { count: one.sum.orders, n: count(one.sum.orders) })}</Link></span>
                </li>
              ))}
            </ul>
          </section>
        )}
      </Answer>}
      <Answer title={t("boughtQuestion")} of={[series]}>
        <SeriesCard question={question} title={t("boughtQuestion")} points={series.points} value={count} file="bought" list="messages"
          lines={[{ key: "bought", name: t("bought"), tone: "var(--series-delivered)", area: 0.18, step: true, compared: true }]}
          sentence={<>{t("boughtSentence", { count: sum(series.points, "bought") ?? 0 })} <Change now={sum(series.points, "bought")} before={sum(series.points, "bought_before")} /></>} />
      </Answer>
      <div className="grid grid-cols-1 gap-3 lg:grid-cols-2">
        <Groups by="rule" question={question} only="bought" />
        <Groups by="campaign" question={question} only="bought" />
      </div>
    </div>
  );
}
