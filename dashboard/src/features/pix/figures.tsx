/** How much reminders brought back: codes, payments, payments after a reminder, money; direct apart from assisted. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import { asRange, RANGE_MS, RANGES, type Range } from "../../lib/period";
import { useUrlState } from "../../lib/url";
import { ErrorBox, Skeleton } from "../../ui/states";
import { useFormats } from "../../ui/when";
import { usePixTexts } from "./texts";

const WORDS = { "5m": "r5m", "1h": "r1h", "24h": "r24h", "7d": "r7d", "30d": "r30d" } as const satisfies Record<Range, string>;

export function Figures() {
  const t = usePixTexts();
  const formats = useFormats();
  const { company } = useParams({ strict: false }) as { company: string };
  const [search, setSearch] = useUrlState();
  const range = asRange(search.range, "30d");
  const summary = useQuery({
    queryKey: key("flows", "summary", range), staleTime: 10_000, refetchInterval: 30_000,
    queryFn: ({ signal }) => { const to = Date.now(); return read(api.GET("/api/v1/flows/pix/summary", { params: { query: { from: new Date(to - RANGE_MS[range]).toISOString(), to: new Date(to).toISOString() } as never }, signal })); },
  });
  const told = summary.data;
  const after = told?.paid_after_reminder;
  const orders = (n: number) => t("ordersN", { count: n });
  const card = (title: string, value: string, note: ReactNode, state?: string) => (
    <li className="card min-w-0 p-4">
      <p className="text-table text-muted">{title}</p>
      <p className="text-kpi font-semibold tnum">{state ? <Link to={`/c/${company}/pix` as string} search={{ tab: "orders", state, from: `now-${range}` } as never} className="hover:underline">{value}</Link> : value}</p>
      <div className="text-caption text-muted tnum">{note}</div>
    </li>
  );
  return (
    <section aria-label={t("figures")}>
      <div role="group" aria-label={t("period")} className="mb-2 flex flex-wrap gap-1">
        {RANGES.filter((one) => one !== "5m" && one !== "1h").map((one) => <button key={one} type="button" aria-pressed={one === range} onClick={() => setSearch({ range: one === "30d" ? undefined : one })} className="control !h-7 text-muted hover:bg-sunken aria-pressed:bg-accent-soft aria-pressed:text-accent-fg">{t(WORDS[one])}</button>)}
      </div>
      {summary.error && <div className="mb-2"><ErrorBox error={summary.error} since={told && formats.clock(new Date(summary.dataUpdatedAt))} onRetry={() => void summary.refetch()} /></div>}
      {!told && !summary.error && <Skeleton rows={2} />}
      {told && after && (
        <ul className="grid grid-cols-[repeat(auto-fit,minmax(200px,1fr))] gap-3">
          {card(t("generated"), `${formats.count(told.generated.orders)}${told.count_capped ? "+" : ""}`, formats.money(told.generated.amount), "all")}
          {card(t("paid"), formats.count(told.paid.orders), `${formats.money(told.paid.amount)} · ${t("shareOf", { share: formats.percent(told.paid_share) })}`, "paid")}
          {card(t("paidAfter"), formats.count(after.orders), t("afterParts", { direct: formats.count(after.direct.orders), assisted: formats.count(after.assisted.orders) }))}
          {card(t("recovered"), formats.money(told.recovered_amount), <><p>{`${t("direct")}: ${formats.money(after.direct.amount)} · ${orders(after.direct.orders)}`}</p><p>{`${t("assisted")}: ${formats.money(after.assisted.amount)} · ${orders(after.assisted.orders)}`}</p></>)}
        </ul>
      )}
      {told?.count_capped && <p className="mt-1 text-caption text-muted">{t("capped")}</p>}
    </section>
  );
}
