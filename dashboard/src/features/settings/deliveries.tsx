/** What was delivered to an address of ours: the list, and one of it with each attempt. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { key, refresh } from "../../api/queries";
import type { OutgoingDelivery, OutgoingDeliverySummary, OutgoingWebhook } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { CodeBlock } from "../../ui/copy";
import { Facts } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { Empty, ErrorBox, NoMatch, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { Chip, type Tone } from "../../ui/status";
import { TableFoot } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { useSettingsTexts } from "./texts";

const TONES: Record<string, Tone> = { pending: "info", delivered: "success", failed: "danger" };
const STATES = ["pending", "delivered", "failed"] as const;
const LOOK_MS = 3_000;

export function Deliveries({ of, onTest, testing }: { of: OutgoingWebhook; onTest?: () => void; testing: boolean }) {
  const t = useSettingsTexts();
  const say = useWords();
  const operator = useMay("operator");
  const [search, setSearch] = useUrlState();
  const close = () => setSearch({ webhook: undefined, delivery: undefined, state: undefined });
  const one = operator ? search.delivery : undefined;
  return (
    <Panel title={of.name} onClose={close} actions={onTest && <Button busy={testing} onClick={onTest}>{t("test")}</Button>}>
      {of.disabled_reason && <p role="status" className="mb-4 rounded-control bg-danger-soft px-4 py-3 text-table text-danger-fg">{t("disabledBecause", { reason: say(of.disabled_reason_text) ?? of.disabled_reason })}{" "}<When at={of.disabled_at} /></p>}
      {!one && <Facts rows={[[t("url"), <code key="url" className="text-caption break-all">{of.url}</code>], [t("failingSince"), <When key="since" at={of.failing_since} />], [t("oldSecret"), <When key="old" at={of.old_secret_until} />]]} />}
      <div className="mt-4">{one ? <One of={of} id={one} onBack={() => setSearch({ delivery: undefined })} /> : <List of={of} onOpen={operator ? (id) => setSearch({ delivery: id }, { replace: false }) : undefined} />}</div>
    </Panel>
  );
}

function List({ of, onOpen }: { of: OutgoingWebhook; onOpen?: (id: string) => void }) {
  const t = useSettingsTexts();
  const say = useWords();
  const formats = useFormats();
  const [search, setSearch] = useUrlState();
  const state = STATES.find((one) => one === search.state);
  const list = useList<OutgoingDeliverySummary>("outgoing-deliveries", { of: of.id, state }, (cursor, signal) => read(api.GET("/api/v1/outgoing-webhooks/{outgoing_webhook_id}/deliveries", { params: { path: { outgoing_webhook_id: of.id }, query: { state, limit: 50, cursor } }, signal })));
  return (
    <>
      <label className="mb-2 flex items-center gap-2 text-table">{t("state")}
        <select className="field max-w-44" value={state ?? ""} onChange={(event) => setSearch({ state: event.target.value || undefined })}><option value="">{t("all")}</option>{STATES.map((one) => <option key={one} value={one}>{t(one)}</option>)}</select>
      </label>
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <ErrorBox error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && (state ? <NoMatch onClear={() => setSearch({ state: undefined })} /> : <Empty title={t("noDeliveries")}>{t("noDeliveriesText")}</Empty>)}
      {list.rows && list.rows.length > 0 && (
        <div className="card">
          <ul className="divide-y divide-line">
            {list.rows.map((row) => {
              const inside = (
                <>
                  <span className="flex items-center justify-between gap-2"><code className="truncate text-caption font-medium">{row.event_type}</code><Chip tone={TONES[row.state]}>{t(row.state)}</Chip></span>
                  <span className="flex flex-wrap justify-between gap-x-3 text-caption text-muted"><When at={row.created_at} /><span className="tnum">{[row.status, row.attempt > 1 ? t("attempts", { count: row.attempt }) : null, say(row.reason_text) ?? row.reason].filter(Boolean).join(" · ")}</span></span>
                </>
              );
              return <li key={row.id}>{onOpen ? <button type="button" onClick={() => onOpen(row.id)} className="block w-full space-y-1 px-3 py-2 text-left hover:bg-sunken focus-visible:-outline-offset-2">{inside}</button> : <div className="space-y-1 px-3 py-2">{inside}</div>}</li>;
            })}
          </ul>
          <TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />
        </div>
      )}
    </>
  );
}

function One({ of, id, onBack }: { of: OutgoingWebhook; id: string; onBack: () => void }) {
  const t = useSettingsTexts();
  const say = useWords();
  const words = useErrorText();
  const formats = useFormats();
  const path = { params: { path: { outgoing_webhook_id: of.id, delivery_id: id } } };
  const found = useQuery({
    queryKey: key("outgoing-deliveries", "one", id), placeholderData: undefined,
    queryFn: ({ signal }) => read(api.GET("/api/v1/outgoing-webhooks/{outgoing_webhook_id}/deliveries/{delivery_id}", { ...path, signal })),
    refetchInterval: (query) => (query.state.data?.state === "pending" ? LOOK_MS : false),
  });
  const again = useMutation({
    mutationFn: () => read(api.POST("/api/v1/outgoing-webhooks/{outgoing_webhook_id}/deliveries/{delivery_id}/resend", path)),
    onSuccess: () => { toast(t("resent")); refresh("outgoing-deliveries"); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  const one: OutgoingDelivery | undefined = found.data;
  return (
    <div className="space-y-4">
      <div className="flex items-center justify-between gap-2"><Button kind="quiet" onClick={onBack}>{t("backToDeliveries")}</Button>{one && of.active && one.state !== "pending" && <Button busy={again.isPending} onClick={() => again.mutate()}>{t("resend")}</Button>}</div>
      {found.error && <ErrorBox error={found.error} onRetry={() => void found.refetch()} />}
      {!one && !found.error && <Skeleton rows={5} onRetry={() => void found.refetch()} />}
      {one && (
        <>
          <Facts rows={[[t("state"), <Chip key="s" tone={TONES[one.state]}>{t(one.state)}</Chip>], [t("type"), <code key="t" className="text-caption">{one.event_type}</code>], [t("made"), <When key="c" at={one.created_at} exact="second" />], [t("nextAttempt"), <When key="n" at={one.next_attempt_at} />]]} />
          <h3 className="text-table">{t("attemptsTitle")}</h3>
          {one.attempts.length === 0 && <p className="text-table text-muted">{t("noAttempt")}</p>}
          <ol className="space-y-3">
            {one.attempts.map((attempt) => (
              <li key={`${attempt.attempt} ${attempt.at}`} className="space-y-1 border-l-2 border-line pl-3 text-table">
                <p className="flex flex-wrap gap-x-3"><When at={attempt.at} exact="second" /><span className="tnum">{`HTTP ${attempt.status ?? "—"}`}</span><span className="text-muted tnum">{`${formats.count(attempt.duration_ms)} ms`}</span></p>
                {attempt.reason && <p className="text-danger-fg" title={attempt.reason}>{say(attempt.reason_text) ?? attempt.reason}</p>}
                {attempt.answer && <CodeBlock label={t("answer")} text={attempt.answer} />}
              </li>
            ))}
          </ol>
          <h3 className="text-table">{t("body")}</h3>
          <CodeBlock label={t("body")} text={JSON.stringify(one.payload, null, 2)} />
        </>
      )}
    </div>
  );
}
