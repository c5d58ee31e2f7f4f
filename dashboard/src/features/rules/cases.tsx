/** Runs that go on later: where each stands, what it waits for, its log; one can be called off. */
import { Link, useParams } from "@tanstack/react-router";
import { useMutation } from "@tanstack/react-query";
import { useContext, useState } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { refresh } from "../../api/queries";
import type { Rule, RuleCase } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { phone } from "../../lib/phone";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { FilterBar } from "../../ui/filters";
import { Panel } from "../../ui/panel";
import { Empty, ErrorBox, NoMatch, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { Chip, type Tone } from "../../ui/status";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { Now, useFormats, When } from "../../ui/when";
import { useRuleTexts } from "./texts";

const STATES = ["running", "done", "cancelled", "case_skipped", "case_failed"] as const;
const TONES: Record<string, Tone> = { running: "info", done: "success", cancelled: "skipped", skipped: "skipped", failed: "danger" };
const FILTERS = ["state", "order_id", "phone"];
const word = (state: RuleCase["state"]) => (state === "skipped" || state === "failed" ? (`case_${state}` as const) : state);

export function Cases({ rule }: { rule: Rule }) {
  const t = useRuleTexts();
  const say = useWords();
  const formats = useFormats();
  const now = useContext(Now);
  const [search, setSearch] = useUrlState();
  const values = Object.fromEntries(FILTERS.flatMap((name) => (search[name] ? [[name, search[name]]] : [])));
  const list = useList<RuleCase>("rules", { cases: rule.id, ...values }, (cursor, signal) => read(api.GET("/api/v1/rules/{rule_id}/cases", { params: { path: { rule_id: rule.id }, query: { ...values, limit: 50, cursor } as never }, signal })));
  const clear = () => setSearch(Object.fromEntries(FILTERS.map((name) => [name, undefined])));
  const opened = list.rows?.find((one) => one.id === search.case);
  const columns: Column<RuleCase>[] = [
    { key: "state", title: t("state"), phone: "side", cell: (row) => <Chip tone={TONES[row.state]}>{t(word(row.state))}</Chip> },
    { key: "order", title: t("order"), phone: "main", cell: (row) => row.order_id ?? "—" },
    { key: "phone", title: t("phone"), phone: "sub", cell: (row) => phone(row.phone) },
    { key: "next", title: t("nextStep"), cell: (row) => row.next_step ?? "—" },
    { key: "due", title: t("due"), phone: "sub", cell: (row) => (row.due_at ? formats.ago(new Date(row.due_at), now || Date.now()) ?? formats.dateTime(new Date(row.due_at)) : "—") },
    { key: "why", title: t("why"), cell: (row) => say(row.reason_text) ?? row.reason ?? "—" },
    { key: "version", title: t("version"), right: true, cell: (row) => `v${row.version}` },
    { key: "began", title: t("began"), cell: (row) => <When at={row.created_at} /> },
  ];
  return (
    <>
      <FilterBar values={values} onChange={(name, value) => setSearch({ [name]: value })} onClear={clear} fields={[
        { name: "state", title: t("state"), options: STATES.map((value) => ({ value: value.replace("case_", ""), title: t(value) })) },
        { name: "order_id", title: t("order") }, { name: "phone", title: t("phone"), placeholder: "+5511900000000" },
      ]} />
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && (Object.keys(values).length ? <NoMatch onClear={clear} /> : <Empty title={t("noCases")}>{t("noCasesText")}</Empty>)}
      {list.rows && list.rows.length > 0 && <DataTable label={t("cases")} columns={columns} rows={list.rows} id={(row) => row.id} selected={search.case} onOpen={(row) => setSearch({ case: row.id })} footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />}
      {opened && <OneCase rule={rule} one={opened} onClose={() => setSearch({ case: undefined })} />}
    </>
  );
}

function OneCase({ rule, one, onClose }: { rule: Rule; one: RuleCase; onClose: () => void }) {
  const t = useRuleTexts();
  const say = useWords();
  const words = useErrorText();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const [asking, ask] = useState(false);
  const cancel = useMutation({
    mutationFn: () => read(api.POST("/api/v1/rules/{rule_id}/cases/{case_id}/cancel", { params: { path: { rule_id: rule.id, case_id: one.id } } })),
    onSuccess: () => { toast(t("caseCancelled")); ask(false); },
    onError: (error) => { ask(false); toast(words(error), { bad: true }); },
    onSettled: () => refresh("rules"),
  });
  return (
    <Panel title={`${t("case")} · ${one.order_id ?? phone(one.phone)}`} onClose={onClose} actions={operator && one.state === "running" ? <Button kind="plain" onClick={() => ask(true)}>{t("cancelCase")}</Button> : undefined}>
      <p className="mb-3 flex flex-wrap items-center gap-3 text-table"><Chip tone={TONES[one.state]}>{t(word(one.state))}</Chip>{say(one.reason_text) ?? one.reason ?? ""}<Link to={`/c/${company}/events/${one.event_id}` as string} className="underline">{t("event")}</Link></p>
      <ol className="space-y-3 text-table">
        {one.log.map((line, at) => (
          <li key={at} className="border-l-2 border-line pl-3">
            <p className="flex flex-wrap justify-between gap-2"><strong className="font-medium">{`${line.step} · ${line.type === "record_pix" ? t("flowStep") : t(line.type)}`}</strong><When at={line.at} exact="second" /></p>
            <p className="text-muted">{`${line.outcome}${line.reason ? ` · ${say(line.reason_text) ?? line.reason}` : ""}`}{line.until && <>{` · ${t("until")} `}<When at={line.until} /></>}</p>
          </li>
        ))}
        {one.next_step && <li className="border-l-2 border-dashed border-line-strong pl-3 text-muted">{`${t("nextStep")}: ${one.next_step} · `}<When at={one.due_at} /></li>}
      </ol>
      <Confirm open={asking} onOpenChange={ask} title={t("cancelCaseTitle", { order: one.order_id ?? phone(one.phone) })} action={t("cancelCase")} danger busy={cancel.isPending} onConfirm={() => cancel.mutate()}><p>{t("cancelCaseText")}</p></Confirm>
    </Panel>
  );
}
