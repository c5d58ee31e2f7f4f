/** For which events the rule ran, for which not, and why. */
import { useParams } from "@tanstack/react-router";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import type { Rule, RuleRun } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { asMoment } from "../../lib/period";
import { phone } from "../../lib/phone";
import { useUrlState } from "../../lib/url";
import { FilterBar } from "../../ui/filters";
import { RowLink } from "../../ui/row-link";
import { Empty, ErrorBox, NoMatch, RefetchBar, Skeleton } from "../../ui/states";
import { Chip, type Tone } from "../../ui/status";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { useFormats, When } from "../../ui/when";
import { Blame } from "./proof";
import { useRuleTexts } from "./texts";

const OUTCOMES = ["fired", "held", "not_matched", "skipped", "error"] as const;
const TONES: Record<string, Tone> = { fired: "success", held: "held", not_matched: "neutral", skipped: "skipped", error: "danger" };
const FILTERS = ["outcome", "reason", "from"];

export function Runs({ rule }: { rule: Rule }) {
  const t = useRuleTexts();
  const say = useWords();
  const formats = useFormats();
  const { company } = useParams({ strict: false }) as { company: string };
  const [search, setSearch] = useUrlState();
  const values = Object.fromEntries(FILTERS.flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
  const query = { ...values, ...(values.from ? { from: asMoment(values.from, Math.floor(Date.now() / 60_000) * 60_000) } : {}) };
  const list = useList<RuleRun>("rules", { runs: rule.id, ...values }, (cursor, signal) => read(api.GET("/api/v1/rules/{rule_id}/runs", { params: { path: { rule_id: rule.id }, query: { ...query, limit: 50, cursor } as never }, signal })));
  const clear = () => setSearch(Object.fromEntries(FILTERS.map((name) => [name, undefined])));
  const columns: Column<RuleRun>[] = [
    { key: "time", title: t("time"), phone: "sub", cell: (row) => <RowLink to={`/c/${company}/events/${row.event_id}`} className="hover:underline"><When at={row.created_at} /></RowLink> },
    { key: "outcome", title: t("outcome"), phone: "side", cell: (row) => <Chip tone={TONES[row.outcome]}>{t(row.outcome)}</Chip> },
    { key: "customer", title: t("customer"), phone: "main", cell: (row) => row.customer.name ?? phone(row.customer.phone) },
    { key: "order", title: t("order"), cell: (row) => row.order_id ?? "—" },
    { key: "why", title: t("why"), phone: "sub", width: "!whitespace-normal", cell: (row) => <><span>{say(row.reason_text) ?? row.reason ?? ""}</span><Blame detail={row.detail} /></> },
    { key: "version", title: t("version"), right: true, cell: (row) => `v${row.version}` },
  ];
  return (
    <>
      <FilterBar values={values} onChange={(name, value) => setSearch({ [name]: value })} onClear={clear} fields={[
        { name: "outcome", title: t("outcome"), options: OUTCOMES.map((value) => ({ value, title: t(value) })) },
        { name: "reason", title: t("reasonCode"), placeholder: "condition_false" },
        { name: "from", title: t("period"), options: (["from_1h", "from_24h", "from_7d", "from_30d"] as const).map((word) => ({ value: word.replace("from_", "now-"), title: t(word) })) },
      ]} />
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && !list.hasNextPage && (Object.keys(values).length ? <NoMatch onClear={clear} /> : <Empty title={t("noRuns")}>{t("noRunsText")}</Empty>)}
      {list.rows && (list.rows.length > 0 || list.hasNextPage) && <DataTable label={t("runs")} columns={columns} rows={list.rows} id={(row) => row.event_id} footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />}
    </>
  );
}
