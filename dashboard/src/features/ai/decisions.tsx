/** What was understood of each message and what came of it; right or wrong feeds the examples. */
import { Link, useParams } from "@tanstack/react-router";
import { useMutation } from "@tanstack/react-query";
import { ThumbsDown, ThumbsUp } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { useIntentNames } from "../../api/intents";
import { refresh } from "../../api/queries";
import type { AiDecision } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { duration } from "../../lib/time";
import { useUrlState } from "../../lib/url";
import { useLive } from "../../live/hooks";
import { useRefetchOn } from "../../live/refetch";
import { Bar } from "../../ui/bars";
import { Button, IconButton } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { FilterBar } from "../../ui/filters";
import { FormField } from "../../ui/form";
import { Facts } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { Picker } from "../../ui/picker";
import { Empty, ErrorBox, NoMatch, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { Chip, type Tone } from "../../ui/status";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { Near } from "./near";
import { useAiTexts } from "./texts";

const FILTERS = ["intent", "outcome", "conversation_id"];
const OUTCOMES = { answered: "answered", handed_over: "handedOver", silent: "silent", suggested: "suggested" } as const;
const TONES: Record<AiDecision["outcome"], Tone> = { answered: "success", handed_over: "warning", silent: "neutral", suggested: "info" };
const BY = { words: "byWords", letters: "byLetters", model: "byModel", nothing: "byNothing" } as const;

export default function Decisions() {
  const t = useAiTexts();
  const say = useWords();
  const formats = useFormats();
  const names = useIntentNames();
  const operator = useMay("operator");
  const [search, setSearch] = useUrlState();
  // A conversation that has moved has been understood, or will be: the list is read again at most every two seconds.
  useRefetchOn(useLive("inbox"), ["decisions"]);
  const values = Object.fromEntries(FILTERS.flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
  const list = useList<AiDecision>("decisions", values, (cursor, signal) => read(api.GET("/api/v1/ai/decisions", { params: { query: { ...values, limit: 100, cursor } as never }, signal })));
  const clear = () => setSearch(Object.fromEntries(FILTERS.map((name) => [name, undefined])));
  const columns: Column<AiDecision>[] = [
    { key: "at", title: t("when"), phone: "sub", cell: (row) => <When at={row.at} /> },
    { key: "text", title: t("said"), gives: true, phone: "main", cell: (row) => row.text ?? <span className="text-muted">{t("noText")}</span> },
    { key: "intent", title: t("intent"), phone: "sub", cell: (row) => <Understood row={row} /> },
    { key: "outcome", title: t("outcome"), phone: "side", cell: (row) => <Chip tone={TONES[row.outcome]} title={say(row.reason_text) ?? row.reason ?? undefined}>{t(OUTCOMES[row.outcome])}</Chip> },
    { key: "ms", title: t("took"), right: true, cell: (row) => duration(row.latency_ms) },
  ];
  if (operator) columns.push({ key: "feedback", title: t("feedback"), right: true, cell: (row) => <Feedback row={row} /> });
  const shown = list.rows?.find((row) => row.id === search.decision);
  return (
    <>
      <FilterBar
        values={values} onChange={(name, value) => setSearch({ [name]: value })} onClear={clear}
        fields={[
          { name: "intent", title: t("intent"), options: names.options }, { name: "outcome", title: t("outcome"), options: Object.entries(OUTCOMES).map(([value, word]) => ({ value, title: t(word) })) },
          { name: "conversation_id", title: t("conversation"), placeholder: "0199…" },
        ]}
      />
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} />}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && (Object.keys(values).length ? <NoMatch onClear={clear} /> : <Empty title={t("noDecisions")}>{t("noDecisionsText")}</Empty>)}
      {list.rows && list.rows.length > 0 && (
        <DataTable label={t("decisions")} columns={columns} rows={list.rows} id={(row) => row.id} selected={search.decision} onOpen={(row) => setSearch({ decision: row.id })} footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
      )}
      {shown && <Decision row={shown} onClose={() => setSearch({ decision: undefined })} />}
    </>
  );
}

function Understood({ row }: { row: AiDecision }) {
  const say = useWords();
  const { percent } = useFormats();
  if (!row.intent) return <span className="text-muted">{"—"}</span>;
  return (
    <span className="inline-flex min-w-40 flex-col">
      <span className="flex justify-between gap-2"><span className="truncate">{say(row.intent_text) ?? row.intent}</span>{row.confidence !== null && <span className="text-caption text-muted tnum">{percent(row.confidence)}</span>}</span>
      {row.confidence !== null && <Bar share={row.confidence} tone={row.intent === "unsure" ? "var(--series-uncertain)" : undefined} />}
    </span>
  );
}

function useJudge(onDone?: () => void) {
  const t = useAiTexts();
  const words = useErrorText();
  return useMutation({
    mutationFn: ({ row, right, intent }: { row: AiDecision; right: boolean; intent?: string }) => read(api.POST("/api/v1/ai/decisions/{decision_id}/feedback", { params: { path: { decision_id: row.id } }, body: { feedback: right ? "right" : "wrong", ...(intent ? { intent } : {}) } })),
    onSuccess: (_, { right, intent }) => { refresh("decisions", ...(intent ? ["intents"] : [])); toast(t(right ? "judgedRight" : intent ? "learned" : "judgedWrong")); onDone?.(); },
    onError: (error) => toast(words(error), { bad: true }),
  });
}

function Feedback({ row }: { row: AiDecision }) {
  const t = useAiTexts();
  const [asking, ask] = useState(false);
  const judge = useJudge();
  return (
    <span className="inline-flex gap-1" onClick={(event) => event.stopPropagation()}>
      <IconButton label={t("right")} aria-pressed={row.feedback === "right"} busy={judge.isPending} onClick={() => judge.mutate({ row, right: true })} className="!h-7 aria-pressed:text-success-fg"><ThumbsUp size={14} /></IconButton>
      <IconButton label={t("wrong")} aria-pressed={row.feedback === "wrong"} onClick={() => ask(true)} className="!h-7 aria-pressed:text-danger-fg"><ThumbsDown size={14} /></IconButton>
      {asking && <Wrong row={row} onClose={() => ask(false)} />}
    </span>
  );
}

function Wrong({ row, onClose }: { row: AiDecision; onClose: () => void }) {
  const t = useAiTexts();
  const names = useIntentNames();
  const [intent, choose] = useState<string | null>(row.feedback_intent);
  const judge = useJudge(onClose);
  return (
    <Dialog open firm onOpenChange={(open) => !open && onClose()} title={t("wrongTitle")} footer={<><Button onClick={onClose}>{t("cancel")}</Button><Button kind="primary" busy={judge.isPending} onClick={() => judge.mutate({ row, right: false, intent: intent ?? undefined })}>{t(intent ? "teach" : "onlyWrong")}</Button></>}>
      <div className="space-y-3">
        <blockquote className="rounded-control bg-sunken px-3 py-2 break-words">{row.text ?? t("noText")}</blockquote>
        <FormField name="intent" label={t("whatItWants")} hint={t("teachHint")}>{(props) => <Picker id={props.id} label={t("whatItWants")} value={intent} onChange={choose} options={names.options.filter((one) => one.value !== "unsure" && one.value !== row.intent)} />}</FormField>
      </div>
    </Dialog>
  );
}

function Decision({ row, onClose }: { row: AiDecision; onClose: () => void }) {
  const t = useAiTexts();
  const say = useWords();
  const { percent, count } = useFormats();
  const names = useIntentNames();
  const { company } = useParams({ strict: false }) as { company: string };
  const link = "text-accent-fg underline";
  return (
    <Panel title={say(row.intent_text) ?? row.intent ?? t("noText")} onClose={onClose}>
      <div className="space-y-4">
        <blockquote className="rounded-control bg-sunken px-3 py-2 break-words whitespace-pre-wrap">{row.text ?? t("noText")}</blockquote>
        <Facts
          rows={[
            [t("when"), <When key="at" at={row.at} exact="second" />], [t("intent"), <Understood key="intent" row={row} />], [t("decidedBy"), t(BY[row.decided_by])],
            [t("second"), row.second_intent ? `${names.of(row.second_intent)}${row.second_confidence === null ? "" : ` · ${percent(row.second_confidence)}`}` : "—"],
            [t("outcome"), <span key="outcome"><Chip tone={TONES[row.outcome]}>{t(OUTCOMES[row.outcome])}</Chip>{(row.reason_text || row.reason) && <span className="block text-caption text-muted">{say(row.reason_text) ?? row.reason}</span>}</span>],
            [t("took"), duration(row.latency_ms)],
            [t("cost"), row.model ? `${row.model}${row.tokens === null ? "" : ` · ${t("tokensN", { count: row.tokens })}`}${row.cost === null ? "" : ` · ${row.cost}`}` : t("noModel")],
            [t("conversation"), <Link key="c" to={`/c/${company}/conversations` as string} search={{ open: row.conversation_id, state: "all" } as never} className={link}>{t("openConversation")}</Link>],
            [t("event"), <Link key="e" to={`/c/${company}/events/${row.id}` as string} className={link}>{t("openEvent")}</Link>],
            ...(row.message_id ? [[t("message"), <Link key="m" to={`/c/${company}/messages` as string} search={{ message: row.message_id } as never} className={link}>{t("openMessage")}</Link>] as [string, React.ReactNode]] : []),
          ]}
        />
        {row.sources.length > 0 && <section aria-label={t("sources")}><h3 className="mb-2 text-table">{t("sources")}</h3><ul className="list-disc space-y-1 pl-5 text-table">{row.sources.map((one, at) => <li key={at}>{sourceName(one) ?? count(at + 1)}</li>)}</ul></section>}
        <Near neighbours={row.neighbours} />
      </div>
    </Panel>
  );
}

function sourceName(one: Record<string, unknown>): string | null {
  for (const name of ["name", "source", "question", "text"]) if (typeof one[name] === "string" && one[name]) return (one[name] as string).slice(0, 200);
  return null;
}
