import { Link, useParams } from "@tanstack/react-router";
import { ArrowDown, ArrowUp, Minus } from "lucide-react";
import { memo, type ReactNode } from "react";
import { cx } from "../../ui/cx";
import { Spark } from "../../ui/spark";
import { useFormats } from "../../ui/when";
import type { Range } from "../../lib/period";
import { parseSearch } from "../../lib/search";
import { REACHED } from "../../lib/reached";
import { atLeast, usePresent, useRecovered, type Summary } from "./data";
import { useOverviewTexts } from "./texts";

interface Kpi { name: string; value: string; exact: string; base?: string; now: number | null; before: number | null; points: (number | null)[]; worse?: boolean; to: string; search?: string }
const NONE: (number | null)[] = [];

/** One number; it is drawn again only when what it says has changed. */
const Tile = memo(function Tile({ name, value, exact, base, now, before, points, worse, to, search }: Kpi) {
  return (
    <Link to={to as string} search={parseSearch(search ?? "") as never} className="block rounded-control p-3 hover:bg-sunken sm:p-4">
      <span className="block truncate text-table text-muted">{name}</span>
      <span className="block text-[24px] leading-8 font-semibold tnum sm:text-kpi" title={exact || undefined} data-kpi={name}>{value}</span>
      <span className="flex min-h-4 flex-wrap items-center justify-between gap-x-2"><Delta now={now} before={before} worse={worse} />{base && <span className="text-caption text-faint tnum">{base}</span>}</span>
      <Spark values={points} tone={worse ? "var(--series-failed)" : undefined} />
    </Link>
  );
});

/** Change against the period before, coloured by what it means: more failures are no success. */
export function Delta({ now, before, worse = false }: { now: number | null; before: number | null; worse?: boolean }) {
  const t = useOverviewTexts();
  const { percent } = useFormats();
  if (now === null || !before) return <span className="text-caption text-faint">{t("noBase")}</span>;
  const change = (now - before) / before;
  const Icon = change > 0 ? ArrowUp : change < 0 ? ArrowDown : Minus;
  const tone = change === 0 ? "text-muted" : change > 0 === !worse ? "text-success-fg" : "text-danger-fg";
  return <span className={cx("inline-flex items-center gap-1 text-caption tnum", tone)}><Icon size={12} aria-hidden />{`${percent(Math.abs(change))} ${change < 0 ? t("less") : change > 0 ? t("more") : ""}`}</span>;
}

export function Kpis({ summary, points, range }: { summary: Summary | undefined; points: Record<string, (number | null)[]>; range: Range }) {
  const t = useOverviewTexts();
  const formats = useFormats();
  const { company } = useParams({ strict: false }) as { company: string };
  const present = usePresent(summary);
  const before = summary?.previous;
  const pix = useRecovered(range);
  const accepted = present ? atLeast(present.messages, "accepted") : null;
  const delivered = present ? atLeast(present.messages, "delivered") : null;
  const seen = present ? atLeast(present.messages, "read") : null;
  const share = (part: number | null, whole: number | null) => (part === null || !whole ? null : part / whole);
  const was = (status: string) => (before ? atLeast(before.messages, status) : null);
  const kpis: Kpi[] = [
    { name: t("events"), value: formats.compact(present?.events), exact: formats.count(present?.events), now: present?.events ?? null, before: before?.events ?? null, points: points.events ?? NONE, to: "events" },
    { name: t("accepted"), value: formats.compact(accepted), exact: formats.count(accepted), now: accepted, before: was("accepted"), points: points.accepted ?? NONE, to: "messages", search: `status=${REACHED.accepted}` },
    { name: t("delivered"), value: formats.percent(share(delivered, accepted)), exact: "", base: accepted === null ? "" : t("of", { part: formats.count(delivered), whole: formats.count(accepted) }), now: share(delivered, accepted), before: share(was("delivered"), was("accepted")), points: points.delivered ?? NONE, to: "messages", search: `status=${REACHED.delivered}` },
    { name: t("read"), value: formats.percent(share(seen, accepted)), exact: "", base: accepted === null ? "" : t("of", { part: formats.count(seen), whole: formats.count(accepted) }), now: share(seen, accepted), before: share(was("read"), was("accepted")), points: points.read ?? NONE, to: "messages", search: `status=${REACHED.read}` },
    { name: t("failed"), value: formats.compact(present ? present.messages.failed ?? 0 : null), exact: formats.count(present ? present.messages.failed ?? 0 : null), now: present?.messages.failed ?? null, before: before?.messages.failed ?? null, points: points.failed ?? NONE, worse: true, to: "messages", search: "status=failed" },
    { name: t("recovered"), value: formats.money(pix.now?.recovered_amount), exact: "", base: pix.now ? t("recoveredOf", { count: pix.now.paid_after_reminder.orders }) : "", now: pix.now ? Number(pix.now.recovered_amount) : null, before: pix.before ? Number(pix.before.recovered_amount) : null, points: NONE, to: "pix", search: `range=${range}` },
  ];
  const from = `now-${range}`;
  return (
    <div>
      <ul className="grid grid-cols-2 gap-3 sm:grid-cols-[repeat(auto-fit,minmax(148px,1fr))]">
        {kpis.map((kpi) => (
          <li key={kpi.name} className="card min-w-0">
            <Tile {...kpi} search={kpi.to === "pix" ? kpi.search : `${kpi.search ?? ""}&from=${from}`} to={`/c/${company}/${kpi.to}`} />
          </li>
        ))}
      </ul>
      <Small messages={present?.messages} from={from} before={before && t("versus", { from: formats.dateTime(new Date(before.from)), to: formats.dateTime(new Date(before.to)) })} />
    </div>
  );
}

function Small({ messages, from, before }: { messages: Record<string, number> | undefined; from: string; before: ReactNode }) {
  const t = useOverviewTexts();
  const { company } = useParams({ strict: false }) as { company: string };
  return (
    <p className="mt-2 flex flex-wrap gap-x-4 text-caption text-muted tnum">
      {(["held", "skipped", "uncertain"] as const).map((name) => <Link key={name} to={`/c/${company}/messages` as string} search={{ status: name, from } as never} className="inline-flex min-h-6 items-center hover:underline">{messages ? t(name, { count: messages[name] ?? 0 }) : "—"}</Link>)}
      <span className="grow text-right">{before}</span>
    </p>
  );
}
