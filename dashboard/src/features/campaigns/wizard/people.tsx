/** How many people the draft means just now, who is left out, and the people behind both numbers. */
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../../../api/client";
import { useList } from "../../../api/lists";
import { key } from "../../../api/queries";
import type { CampaignPerson, Job } from "../../../api/schema.gen";
import { useWords } from "../../../i18n";
import { phone } from "../../../lib/phone";
import { useUrlState } from "../../../lib/url";
import { useLive } from "../../../live/hooks";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { Empty, ErrorBox, Skeleton } from "../../../ui/states";
import { DataTable, type Column } from "../../../ui/table";
import { useFormats } from "../../../ui/when";
import { useDraft } from "./draft";
import { useWizardTexts } from "./texts";

/** The numbers of the stored draft; while a file is being taken in they grow. */
export function useAudience() {
  const { id, campaign, values } = useDraft();
  const jobs = useLive<{ jobs?: Record<string, Job> }>("jobs");
  const importing = Object.values(jobs?.jobs ?? {}).some((job) => job.kind === "contacts_import" && job.state === "running");
  return useQuery({
    queryKey: key("campaign-draft", "audience", id, campaign.updated_at), enabled: campaign.audience != null && values.audience != null,
    refetchInterval: importing ? 5_000 : false,
    queryFn: ({ signal }) => read(api.GET("/api/v1/campaigns/{campaign_id}/audience", { params: { path: { campaign_id: id } }, signal })),
  });
}

const LINK = "font-medium text-accent-fg underline decoration-dotted underline-offset-2 tnum";

export function PeopleCount() {
  const t = useWizardTexts();
  const formats = useFormats();
  const { values } = useDraft();
  const [search, setSearch] = useUrlState();
  const audience = useAudience();
  const open = (people: string) => setSearch({ people }, { replace: false });
  const data = audience.data;
  const out = data ? data.people - data.would : 0;
  return (
    <>
      {values.audience == null ? <span className="text-muted">{t("nobodyYet")}</span>
        : audience.error && !data ? <span className="text-danger-fg">{t("notCounted")} <Button kind="quiet" onClick={() => void audience.refetch()}>{t("again")}</Button></span>
          : !data ? <span role="status" className="text-muted">{t("counting")}</span>
            : (
              <span role="status" data-people={data.people} className={audience.isFetching ? "text-muted" : undefined}>
                {data.people > 0 ? <button type="button" className={LINK} onClick={() => open("all")}>{data.complete ? t("people", { count: data.people }) : t("peopleMore", { total: formats.count(data.people) })}</button> : t("people", { count: 0 })}
                {out > 0 && <>{" · "}<button type="button" className={LINK} onClick={() => open("out")}>{t("out", { count: out })}</button></>}
              </span>
            )}
      {search.people && values.audience != null && <People which={search.people} reasons={data?.skip ?? []} onWhich={(people) => setSearch({ people })} onClose={() => setSearch({ people: undefined })} />}
    </>
  );
}

type Reasons = { reason: string; reason_text: { pt?: string; en?: string } | null; value: number }[];

function People({ which, reasons, onWhich, onClose }: { which: string; reasons: Reasons; onWhich: (which: string) => void; onClose: () => void }) {
  const t = useWizardTexts();
  const say = useWords();
  const formats = useFormats();
  const { id, campaign } = useDraft();
  const wanted = which === "out" ? { out: true } : which === "would" ? { out: false } : which.startsWith("reason:") ? { reason: which.slice(7) } : {};
  const list = useList("campaigns", { people: id, at: campaign.updated_at, which }, (cursor, signal) => read(api.GET("/api/v1/campaigns/{campaign_id}/audience/people", { params: { path: { campaign_id: id }, query: { ...wanted, limit: 50, cursor } as never }, signal })));
  const columns: Column<CampaignPerson>[] = [
    { key: "name", title: t("contact"), phone: "main", cell: (row) => row.name ?? "—" },
    { key: "phone", title: t("phone"), phone: "side", cell: (row) => phone(row.phone) },
    { key: "why", title: t("why"), phone: "sub", cell: (row) => (row.reason ? <span className="whitespace-normal text-skipped-fg">{say(row.reason_text) ?? row.reason}</span> : <span className="block max-w-100 truncate text-muted" title={row.text ?? undefined}>{row.text ?? t("gets")}</span>) },
  ];
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} wide title={t("peopleTitle")} description={t("peopleText")}>
      <label className="mb-3 flex flex-wrap items-center gap-2 text-table">
        <span>{t("show")}</span>
        <select className="field !w-auto max-w-full" value={which} onChange={(event) => onWhich(event.target.value)}>
          <option value="all">{t("all")}</option>
          <option value="would">{t("receive")}</option>
          <option value="out">{t("outAll")}</option>
          {reasons.map((one) => <option key={one.reason} value={`reason:${one.reason}`}>{`${say(one.reason_text) ?? one.reason} (${formats.count(one.value)})`}</option>)}
        </select>
      </label>
      {list.error && <ErrorBox error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && !list.hasNextPage && <Empty title={t("nobody")} />}
      {list.rows && (list.rows.length > 0 || list.hasNextPage) && <DataTable label={t("peopleTitle")} columns={columns} rows={list.rows} id={(row) => row.contact_id} footer={list.hasNextPage ? <div className="p-2 text-center"><Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t("more")}</Button></div> : undefined} />}
    </Dialog>
  );
}
