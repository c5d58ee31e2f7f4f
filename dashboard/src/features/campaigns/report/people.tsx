/** The people behind the number that was clicked; what is shown stands in the address. */
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { api, read } from "../../../api/client";
import { download } from "../../../api/download";
import { useList } from "../../../api/lists";
import { key } from "../../../api/queries";
import type { CampaignRecipient, CampaignReport } from "../../../api/schema.gen";
import { useWords } from "../../../i18n";
import { phone } from "../../../lib/phone";
import { useUrlState } from "../../../lib/url";
import { Button } from "../../../ui/button";
import { Facts } from "../../../ui/page";
import { Panel } from "../../../ui/panel";
import { bubbleOf, Phone } from "../../../ui/message/phone";
import { Empty, ErrorBox, NoMatch, RefetchBar, Skeleton, useErrorText } from "../../../ui/states";
import { isStatus, StatusChip } from "../../../ui/status";
import { DataTable, TableFoot, type Column } from "../../../ui/table";
import { toast } from "../../../ui/toasts";
import { useUiTexts } from "../../../ui/texts";
import { useFormats, When } from "../../../ui/when";
import type { Moving } from "../live";
import { useCampaignTexts } from "../texts";
import { isEmpty, same, toSearch, wantedOf, type Wanted } from "./filters";
import { useReportTexts } from "./texts";

export function People({ campaign, report, wanted }: { campaign: Moving; report: CampaignReport; wanted: Wanted }) {
  const t = useReportTexts();
  const say = useWords();
  const formats = useFormats();
  const words = useErrorText();
  const [search, setSearch] = useUrlState();
  const title = useTitle(report);
  const list = useList("campaigns", { recipients: campaign.id, ...wanted }, (cursor, signal) => read(api.GET("/api/v1/campaigns/{campaign_id}/recipients", { params: { path: { campaign_id: campaign.id }, query: { ...wanted, limit: 50, cursor } as never }, signal })));
  const clear = () => setSearch(toSearch({}, {}));
  const save = (format: "csv" | "json") => download(`/api/v1/exports/campaign-recipients.${format}`, { campaign_id: campaign.id, ...wanted }, `${campaign.name}.${format}`).catch((error: unknown) => toast(words(error), { bad: true }));
  const columns: Column<CampaignRecipient>[] = [
    { key: "contact", title: t("contact"), phone: "main", cell: (row) => <span><span className="block truncate font-medium">{row.name ?? "—"}</span><span className="block text-caption text-muted tnum">{phone(row.phone)}</span></span> },
    { key: "state", title: t("state"), phone: "side", cell: (row) => <StatusChip status={row.status} /> },
    { key: "reason", title: t("reason"), phone: "sub", cell: (row) => <span title={row.reason ?? undefined} className="whitespace-normal">{say(row.reason_text) ?? row.reason ?? "—"}</span> },
    { key: "attempts", title: t("attempts"), right: true, cell: (row) => formats.count(row.attempt) },
    { key: "changed", title: t("changed"), phone: "sub", cell: (row) => <When at={row.updated_at} /> },
    { key: "message", title: t("message"), cell: (row) => <span className="block max-w-72 truncate text-muted" title={row.text ?? undefined}>{row.text ?? "—"}</span> },
  ];
  const person = list.rows?.find((row) => row.contact_id === search.person);
  return (
    <section aria-label={t("people")}>
      <div className="flex min-h-11 flex-wrap items-center gap-2">
        <h2 className="text-card">{t("people")}</h2>
        {!isEmpty(wanted) && <span className="inline-flex h-7 max-w-full items-center gap-1 rounded-full bg-accent-soft pl-3 text-table text-accent-fg"><span className="truncate">{title(wanted)}</span><button type="button" aria-label={t("clear")} onClick={clear} className="grid h-7 w-7 shrink-0 place-items-center rounded-full"><X size={12} aria-hidden /></button></span>}
      </div>
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && !list.hasNextPage && (isEmpty(wanted) ? <Empty title={t("nobody")}><p>{t("nobodyText")}</p></Empty> : <NoMatch onClear={clear} />)}
      {list.rows && (list.rows.length > 0 || list.hasNextPage) && (
        <DataTable
          label={t("people")}
          columns={columns}
          rows={list.rows}
          id={(row) => row.contact_id}
          selected={search.person}
          onOpen={(row) => setSearch({ person: row.contact_id }, { replace: false })}
          footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(Math.max(list.count, list.rows.length))} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} onExport={(format) => void save(format)} />}
        />
      )}
      {person && <Person row={person} onClose={() => setSearch({ person: undefined })} />}
    </section>
  );
}

/** The filter in words: the bar's own, where it is one. */
function useTitle(report: CampaignReport): (wanted: Wanted) => string {
  const t = useReportTexts();
  const words = useCampaignTexts();
  const ui = useUiTexts();
  const say = useWords();
  return (wanted) => {
    const step = report.funnel.find((one) => one.step !== "audience" && same(wanted, wantedOf(one.filter)));
    if (step) return words(step.step);
    const session = report.by_session.find((one) => one.session_id === wanted.session_id);
    const variant = report.by_variant.find((one) => String(one.variant) === wanted.variant);
    const reason = [report.skipped, report.held, report.failed, report.uncertain, report.cancelled].flatMap((one) => one.reasons).find((one) => one.reason === wanted.reason);
    const states = wanted.state?.split(",").map((one) => (isStatus(one) ? ui(one) : one)).join(", ");
    return [states, wanted.reason && ((reason && say(reason.reason_text)) ?? wanted.reason), wanted.reached && words(wanted.reached as "replied"), session && (session.name ?? t("removed")), variant && (variant.name ?? t("removed"))].filter(Boolean).join(" · ") || t("filtered");
  };
}

function Person({ row, onClose }: { row: CampaignRecipient; onClose: () => void }) {
  const t = useReportTexts();
  const say = useWords();
  const formats = useFormats();
  const message = useQuery({ queryKey: key("messages", "one", row.message_id, row.status), enabled: row.message_id !== null, placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/messages/{message_id}", { params: { path: { message_id: row.message_id! } }, signal })) });
  const error = row.error as { code?: number; title?: string; message?: string } | null;
  return (
    <Panel title={row.name ?? phone(row.phone)} onClose={onClose} footer={<Button onClick={onClose}>{t("close")}</Button>}>
      <div className="space-y-4">
        <Facts rows={[[t("phone"), phone(row.phone)], [t("state"), <StatusChip key="s" status={row.status} />], [t("reason"), say(row.reason_text) ?? row.reason], [t("attempts"), formats.count(row.attempt)], [t("changed"), <When key="w" at={row.updated_at} exact="second" />], ...(error?.code ? [[t("code"), `${error.code}${error.title ?? error.message ? `: ${error.title ?? error.message}` : ""}`] as [string, string]] : [])]} />
        {row.text && <Phone label={t("message")} bubbles={[bubbleOf(row.text)]} />}
        {message.error && <ErrorBox error={message.error} onRetry={() => void message.refetch()} />}
        {row.message_id !== null && message.isPending && !message.error && <Skeleton rows={3} onRetry={() => void message.refetch()} />}
        {message.data && (
          <section aria-label={t("steps")}>
            <h3 className="mb-2 text-table">{t("steps")}</h3>
            <ol className="space-y-2">{message.data.timeline.map((step, at) => <li key={at} className="flex flex-wrap items-center gap-2 text-table"><StatusChip status={step.status} /><span className="text-muted tnum">{formats.dateTime(new Date(step.at), "ms")}</span>{step.attempt > 1 && <span className="text-caption text-muted">{t("attempt", { n: step.attempt })}</span>}</li>)}</ol>
          </section>
        )}
        {row.message_id === null && <p className="text-table text-muted">{t("noMessage")}</p>}
      </div>
    </Panel>
  );
}
