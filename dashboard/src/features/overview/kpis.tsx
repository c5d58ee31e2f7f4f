import { Link, useParams } from "@tanstack/react-router";
import { ArrowDown, ArrowUp, Minus } from "lucide-react";
import { memo, type ReactNode } from "react";
import { cx } from "../../ui/cx";
import { Spark } from "../../ui/spark";
import { useFormats } from "../../ui/when";
import type { Range } from "../../lib/period";
import { parseSearch } from "../../lib/search";
import { REACHED } from "../../lib/reached";
import { usePresent, useRecovered, type Summary } from "./data";
import { READINGS, type Reading } from "./readings";
import { useOverviewTexts } from "./texts";

const NONE: (number | null)[] = [];
/** The tiles whose numbers move: what they say, and where what stands behind them is. */
const MOVING = [
  { name: "events", to: "events", search: "" },
  { name: "accepted", to: "messages", search: `status=${REACHED.accepted}` },
  { name: "delivered", to: "messages", search: `status=${REACHED.delivered}` },
  { name: "read", to: "messages", search: `status=${REACHED.read}` },
  { name: "failed", to: "messages", search: "status=failed", worse: true },
] as const;

/** One number and where it leads. What moves is inside: the link itself is drawn once. */
const Tile = memo(function Tile({ name, to, search, points, worse = false, children }: { name: string; to: string; search: string; points: (number | null)[]; worse?: boolean; children: ReactNode }) {
  return (
    <li className="card min-w-0">
      <Link to={to as string} search={parseSearch(search) as never} className="block rounded-control p-3 hover:bg-sunken sm:p-4">
        <span className="block truncate text-table text-muted">{name}</span>
        {children}
        <Spark values={points} tone={worse ? "var(--series-failed)" : undefined} />
      </Link>
    </li>
  );
});

/** A tile's number and its change; drawn again only when what it says has changed. */
const Figure = memo(function Figure({ name, value, exact, base, now, before, worse = false }: { name: string; value: string; exact: string; base: string; now: number | null; before: number | null; worse?: boolean }) {
  return (
    <>
      <span className="block text-[24px] leading-8 font-semibold tnum sm:text-kpi" title={exact || undefined} data-kpi={name}>{value}</span>
      <span className="flex min-h-4 flex-wrap items-center justify-between gap-x-2"><Delta now={now} before={before} worse={worse} />{base && <span className="text-caption text-faint tnum">{base}</span>}</span>
    </>
  );
});

const Moving = memo(function Moving({ name, of, summary, worse }: { name: string; of: Reading; summary: Summary | undefined; worse?: boolean }) {
  const t = useOverviewTexts();
  const { compact, count, percent } = useFormats();
  const present = usePresent(summary);
  const read = READINGS[of];
  const now = present ? read(present) : null;
  const before = summary ? read(summary.previous) : null;
  if (now?.whole === undefined) return <Figure name={name} value={compact(now?.part)} exact={count(now?.part)} base="" now={now?.part ?? null} before={before?.part ?? null} worse={worse} />;
  return <Figure name={name} value={percent(now.share)} exact="" base={t("of", { part: count(now.part), whole: count(now.whole) })} now={now.share} before={before?.share ?? null} worse={worse} />;
});

/** Change against the period before, coloured by what it means: more failures are no success. */
export const Delta = memo(function Delta({ now, before, worse = false }: { now: number | null; before: number | null; worse?: boolean }) {
  const t = useOverviewTexts();
  const { percent } = useFormats();
  if (now === null || !before) return <span className="text-caption text-faint">{t("noBase")}</span>;
  const change = (now - before) / before;
  const Icon = change > 0 ? ArrowUp : change < 0 ? ArrowDown : Minus;
  const tone = change === 0 ? "text-muted" : change > 0 === !worse ? "text-success-fg" : "text-danger-fg";
  return <span className={cx("inline-flex items-center gap-1 text-caption tnum", tone)}><Icon size={12} aria-hidden />{`${percent(Math.abs(change))} ${change < 0 ? t("less") : change > 0 ? t("more") : ""}`}</span>;
});

export const Kpis = memo(function Kpis({ summary, points, range }: { summary: Summary | undefined; points: Record<string, (number | null)[]>; range: Range }) {
  const t = useOverviewTexts();
  const formats = useFormats();
  const { company } = useParams({ strict: false }) as { company: string };
  const before = summary?.previous;
  const pix = useRecovered(range);
  const from = `now-${range}`;
  const amount = (sums: { recovered_amount: string } | null) => (sums ? Number(sums.recovered_amount) : null);
  return (
    <div>
      <ul className="grid grid-cols-2 gap-3 sm:grid-cols-[repeat(auto-fit,minmax(148px,1fr))]">
        {MOVING.map(({ name, to, search, ...tile }) => (
          <Tile key={name} name={t(name)} to={`/c/${company}/${to}`} search={`${search}&from=${from}`} points={points[name] ?? NONE} {...tile}>
            <Moving name={t(name)} of={name} summary={summary} {...tile} />
          </Tile>
        ))}
        <Tile name={t("recovered")} to={`/c/${company}/pix`} search={`range=${range}`} points={NONE}>
          <Figure name={t("recovered")} value={formats.money(pix.now?.recovered_amount)} exact="" base={pix.now ? t("recoveredOf", { count: pix.now.paid_after_reminder.orders }) : ""} now={amount(pix.now)} before={amount(pix.before)} />
        </Tile>
      </ul>
      <p className="mt-2 flex flex-wrap gap-x-4 text-caption text-muted tnum">
        {(["held", "skipped", "uncertain"] as const).map((name) => <Link key={name} to={`/c/${company}/messages` as string} search={{ status: name, from } as never} className="inline-flex min-h-6 items-center hover:underline"><Counted name={name} summary={summary} /></Link>)}
        <span className="grow text-right">{before && t("versus", { from: formats.dateTime(new Date(before.from)), to: formats.dateTime(new Date(before.to)) })}</span>
      </p>
    </div>
  );
});

function Counted({ name, summary }: { name: "held" | "skipped" | "uncertain"; summary: Summary | undefined }) {
  const t = useOverviewTexts();
  const present = usePresent(summary);
  return <>{present ? t(name, { count: present.messages[name] ?? 0 }) : "—"}</>;
}
