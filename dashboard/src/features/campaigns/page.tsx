import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { refresh } from "../../api/queries";
import { useMay } from "../../api/session";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { FilterBar } from "../../ui/filters";
import { PageHead } from "../../ui/page";
import { Empty, ErrorBox, NoMatch, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { Tabs } from "../../ui/tabs";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { CampaignActions } from "./actions";
import { useMoving, type Moving } from "./live";
import { CampaignProgress, Stalled, StateChip } from "./progress";
import { delivered, share, STATES } from "./states";
import { CampaignSummary } from "./summary";
import { useCampaignTexts } from "./texts";

export function Campaigns() {
  const t = useCampaignTexts();
  const [search, setSearch] = useUrlState();
  return (
    <>
      <PageHead title={t("title")}><NewCampaign /></PageHead>
      <Tabs
        label={t("title")}
        value={search.tab === "summary" ? "summary" : "list"}
        onChange={(tab) => setSearch({ tab: tab === "list" ? undefined : tab })}
        tabs={[{ value: "list", title: t("list"), content: <CampaignList /> }, { value: "summary", title: t("summary"), content: <CampaignSummary /> }]}
      />
    </>
  );
}

function NewCampaign() {
  const t = useCampaignTexts();
  const words = useErrorText();
  const navigate = useNavigate();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const make = useMutation({
    mutationFn: () => read(api.POST("/api/v1/campaigns", { body: {} as never })),
    onSuccess: (made) => { refresh("campaigns"); void navigate({ to: `/c/${company}/campaigns/${made.id}/audience` as string }); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  if (!operator) return null;
  return <Button kind="primary" icon={<Plus size={14} aria-hidden />} busy={make.isPending} onClick={() => make.mutate()}>{t("new")}</Button>;
}

function CampaignList() {
  const t = useCampaignTexts();
  const formats = useFormats();
  const navigate = useNavigate();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const [search, setSearch] = useUrlState();
  const values: Record<string, string> = search.status ? { status: search.status } : {};
  const list = useList("campaigns", values, (cursor, signal) => read(api.GET("/api/v1/campaigns", { params: { query: { ...values, limit: 50, cursor } as never }, signal })));
  const rows = useMoving(list.rows);
  const clear = () => setSearch({ status: undefined });
  const home = (row: Moving) => `/c/${company}/campaigns/${row.id}${row.status === "draft" && operator ? "/audience" : ""}`;
  const portion = (row: Moving, part: number) => <span title={t("ofAccepted", { total: formats.count(part) })}>{formats.percent(share(part, row.counts))}</span>;
  const people = (row: Moving, states: string, n: number) => (n > 0 ? <Link className="hover:underline" to={`/c/${company}/campaigns/${row.id}` as string} search={{ state: states } as never}>{formats.count(n)}</Link> : formats.count(n));
  const columns: Column<Moving>[] = [
    { key: "name", title: t("name"), phone: "main", cell: (row) => <Link to={home(row) as string} className="font-medium hover:underline">{row.name}</Link> },
    { key: "state", title: t("state"), phone: "side", cell: (row) => <StateChip campaign={row} /> },
    { key: "progress", title: t("progress"), phone: "sub", cell: (row) => <span className="block min-w-32"><CampaignProgress campaign={row} /><span className="block text-caption whitespace-normal"><Stalled campaign={row} /></span></span> },
    { key: "delivered", title: t("delivered"), right: true, cell: (row) => portion(row, delivered(row.counts)) },
    { key: "read", title: t("read"), right: true, cell: (row) => portion(row, row.counts.read) },
    { key: "failed", title: t("failed"), right: true, cell: (row) => people(row, "failed", row.counts.failed) },
    { key: "rate", title: t("rate"), right: true, wide: true, cell: (row) => (row.rate_s === null ? "—" : t("perSecond", { rate: formats.rate(row.rate_s) })) },
    { key: "ends", title: t("ends"), phone: "sub", cell: (row) => <When at={row.finished_at ?? row.eta} /> },
    { key: "begins", title: t("begins"), wide: true, cell: (row) => <When at={row.started_at ?? row.next_run_at} /> },
    ...(operator ? [{ key: "actions", title: t("actions"), phone: "sub" as const, right: true, cell: (row: Moving) => <CampaignActions campaign={row} row /> }] : []),
  ];
  return (
    <>
      <FilterBar values={values} onChange={(name, value) => setSearch({ [name]: value })} onClear={clear} fields={[{ name: "status", title: t("state"), options: STATES.map((value) => ({ value, title: t(value) })) }]} />
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {rows?.length === 0 && (search.status ? <NoMatch onClear={clear} /> : <Empty title={t("emptyTitle")} action={<NewCampaign />}><p>{t("emptyText")}</p></Empty>)}
      {rows && rows.length > 0 && (
        <DataTable
          label={t("title")}
          columns={columns}
          rows={rows}
          id={(row) => row.id}
          onOpen={(row) => void navigate({ to: home(row) as string })}
          footer={<TableFoot loaded={formats.count(rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />}
        />
      )}
    </>
  );
}
