import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { Copy, Plus, Trash2, Workflow } from "lucide-react";
import { useState } from "react";
import { useCatalogue } from "../../api/catalogue";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { key } from "../../api/queries";
import type { Rule } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { asMoment } from "../../lib/period";
import { Button } from "../../ui/button";
import { Menu, MenuItem } from "../../ui/menu";
import { PageHead } from "../../ui/page";
import { Empty, ErrorBox, RefetchBar, Skeleton } from "../../ui/states";
import { Chip } from "../../ui/status";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { useFormats, When } from "../../ui/when";
import { ActiveSwitch } from "./active";
import { DeleteRule } from "./delete";
import { STEP_ICONS } from "./step-list";
import { allSteps } from "./steps";
import { draftOf, type RuleJson } from "./draft";
import { useRuleTexts } from "./texts";

interface Group { id: string | null; messages: Record<string, number> }

/** Messages of the last day by rule, in every status. */
function useActivity() {
  return useQuery({
    queryKey: key("metrics", "by-rule"), staleTime: 15_000, refetchInterval: 30_000,
    queryFn: async ({ signal }) => {
      const told = await read(api.GET("/api/v1/metrics/breakdown", { params: { query: { by: "rule", limit: 100, from: asMoment("now-24h", Date.now()) } as never }, signal }));
      return new Map((told.data as unknown as Group[]).map((one) => [one.id, one.messages]));
    },
  });
}

const sum = (messages: Record<string, number> | undefined, names?: string[]) => Object.entries(messages ?? {}).reduce((total, [name, n]) => (!names || names.includes(name) ? total + n : total), 0);

export function Rules() {
  const t = useRuleTexts();
  const say = useWords();
  const formats = useFormats();
  const navigate = useNavigate();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const catalogue = useCatalogue();
  const activity = useActivity();
  const [deleting, setDeleting] = useState<Rule | null>(null);
  const list = useList("rules", {}, (cursor, signal) => read(api.GET("/api/v1/rules", { params: { query: { limit: 100, cursor } }, signal })));
  const typeName = (name: string) => (name === "*" ? t("anyEvent") : say(catalogue.data?.event_types.find((one) => one.name === name)?.label) ?? name);
  // A day without a message of a rule is a zero only once the figures came.
  const figure = (rule: Rule, names?: string[]) => (activity.data ? formats.count(sum(activity.data.get(rule.id), names)) : "—");
  const columns: Column<Rule>[] = [
    { key: "name", title: t("name"), phone: "main", cell: (row) => <Link to={`/c/${company}/rules/${row.id}` as string} className="font-medium hover:underline">{row.name}</Link> },
    { key: "trigger", title: t("trigger"), gives: true, phone: "sub", cell: (row) => [row.trigger.event_type].flat().map(typeName).join(", ") },
    { key: "steps", title: t("steps"), cell: (row) => <StepIcons rule={row} /> },
    { key: "active", title: t("active"), phone: "side", cell: (row) => (operator ? <ActiveSwitch rule={row} /> : <Chip tone={row.active ? "success" : "neutral"}>{t(row.active ? "on" : "off")}</Chip>) },
    { key: "messages", title: t("messages24"), right: true, phone: "sub", cell: (row) => figure(row) },
    { key: "skipped", title: t("skipped24"), right: true, cell: (row) => figure(row, ["skipped", "held", "cancelled"]) },
    { key: "failed", title: t("failed24"), right: true, cell: (row) => figure(row, ["failed", "uncertain"]) },
    { key: "version", title: t("version"), right: true, cell: (row) => `v${row.version}` },
    { key: "changed", title: t("changed"), cell: (row) => <When at={row.updated_at} /> },
    ...(operator ? [{ key: "menu", title: "", right: true, cell: (row: Rule) => (
      <Menu>
        <MenuItem icon={<Copy size={14} aria-hidden />} onSelect={() => void navigate({ to: `/c/${company}/rules/new` as string, search: { from: row.id } as never })}>{t("duplicate")}</MenuItem>
        <MenuItem icon={<Trash2 size={14} aria-hidden />} danger onSelect={() => setDeleting(row)}>{t("delete")}</MenuItem>
      </Menu>
    ) }] : []),
  ];
  const create = operator && <Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={() => void navigate({ to: `/c/${company}/rules/new` as string })}>{t("newRule")}</Button>;
  return (
    <>
      <PageHead title={t("title")} count={list.rows ? `${formats.count(list.count)}${list.capped ? "+" : ""}` : undefined}>{create}</PageHead>
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && <Empty title={t("emptyTitle")} action={create}>{t("emptyText")}</Empty>}
      {list.rows && list.rows.length > 0 && (
        <DataTable label={t("title")} columns={columns} rows={list.rows} id={(row) => row.id} onOpen={(row) => void navigate({ to: `/c/${company}/rules/${row.id}` as string })} footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
      )}
      {deleting && <DeleteRule rule={deleting} onClose={() => setDeleting(null)} />}
    </>
  );
}

function StepIcons({ rule }: { rule: Rule }) {
  const t = useRuleTexts();
  const types = allSteps(draftOf(rule as unknown as RuleJson).steps).map((step) => step.type);
  return (
    <span className="flex items-center gap-1 text-muted" role="img" aria-label={types.map((type) => (type in STEP_ICONS && type !== "record_pix" ? t(type as "send") : t("flowStep"))).join(", ")}>
      {types.slice(0, 6).map((type, at) => { const Icon = STEP_ICONS[type] ?? Workflow; return <Icon key={at} size={14} aria-hidden />; })}
      {types.length > 6 && <span className="text-caption tnum">{`+${types.length - 6}`}</span>}
    </span>
  );
}
