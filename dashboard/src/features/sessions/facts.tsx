/** What a card says of a number: bars of its budgets, and why messages of it wait. */
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import type { SessionWithUsage } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { Bar } from "../../ui/bars";
import { useFormats, When } from "../../ui/when";
import { useSessionTexts } from "./texts";

export interface LiveSession { today?: Record<string, number>; accepted_s?: number; queue?: { depth: number; oldest_s: number; scheduled: number; held: number; sending: number } }

const NEAR = 0.8;

export function Budgets({ session }: { session: SessionWithUsage }) {
  const t = useSessionTexts();
  const { count } = useFormats();
  const { hour, day, portfolio, warm_up: warm } = session.usage;
  const rows = [["budgetHour", hour], ["budgetDay", day], ["budgetPortfolio", portfolio]] as const;
  return (
    <ul className="space-y-1.5" aria-label={t("budgets")}>
      {rows.map(([name, use]) => use && (
        <li key={name}>
          <p className="flex justify-between gap-3 text-caption"><span className="text-muted">{t(name)}</span><span className="tnum">{`${count(use.used)} / ${count(use.most)}`}</span></p>
          <Bar share={use.used / Math.max(1, use.most)} tone={use.used >= use.most ? "var(--series-failed)" : use.used >= use.most * NEAR ? "var(--series-held)" : "var(--accent)"} />
        </li>
      ))}
      {warm && (
        <li>
          <p className="flex justify-between gap-3 text-caption"><span className="text-muted">{t("warmUp")}</span><span className="tnum">{t("warmUpDay", { day: warm.day, of: warm.of })}</span></p>
          <Bar share={warm.day / warm.of} tone="var(--series-delivered)" />
        </li>
      )}
      {!hour && !day && !portfolio && <li className="text-caption text-muted">{t("noCaps")}</li>}
    </ul>
  );
}

/** Why messages of this number wait; one question for all cards. */
export function HoldsOf({ sessionId }: { sessionId: string }) {
  const t = useSessionTexts();
  const say = useWords();
  const { count } = useFormats();
  const holds = useQuery({ queryKey: key("holds"), queryFn: ({ signal }) => read(api.GET("/api/v1/holds", { signal })) });
  const rows = (holds.data?.data ?? []).flatMap((row) => row.sessions.filter((one) => one.session_id === sessionId).map((one) => ({ ...row, here: one.count })));
  if (!rows.length) return null;
  return (
    <ul aria-label={t("holds")} className="space-y-1 rounded-control bg-held-soft px-3 py-2 text-caption text-held-fg">
      {rows.map((row) => <li key={row.reason}><span className="font-semibold tnum">{count(row.here)}</span>{` ${say(row.reason_text) ?? row.reason}`}{row.next_release_at && <>{` · ${t("goes")} `}<When at={row.next_release_at} exact="minute" /></>}</li>)}
    </ul>
  );
}
