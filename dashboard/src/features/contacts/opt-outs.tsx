import { useParams } from "@tanstack/react-router";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { key, refresh } from "../../api/queries";
import type { OptOut } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { author } from "../../lib/author";
import { phone } from "../../lib/phone";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { Confirm, Dialog } from "../../ui/dialog";
import { AreaField, ChoiceField, Form, TextField } from "../../ui/form";
import { Card } from "../../ui/page";
import { RowLink } from "../../ui/row-link";
import { Empty, ErrorBox, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { Switch } from "../../ui/switch";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { useContactTexts } from "./texts";

type Kind = "all" | "marketing";

export function OptOuts() {
  const t = useContactTexts();
  const formats = useFormats();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const [search, setSearch] = useUrlState();
  const kind: Kind = search.kind === "marketing" ? "marketing" : "all";
  const [adding, add] = useState(false);
  const [allowing, allow] = useState<OptOut | null>(null);
  const list = useList<OptOut>("opt-outs", { kind }, (cursor, signal) => read(api.GET("/api/v1/opt-outs", { params: { query: { kind, limit: 100, cursor } as never }, signal })));
  const source = (row: OptOut) => (row.event_id ? <RowLink to={`/c/${company}/events/${row.event_id}`} className="underline">{t("saidInMessage")}</RowLink> : row.source === "message" ? t("saidInMessage") : author(row.source));
  const columns: Column<OptOut>[] = [
    { key: "who", title: t("person"), phone: "main", cell: (row) => (row.contact_id ? <RowLink to={`/c/${company}/contacts/${row.contact_id}`} className="font-medium hover:underline">{row.name ?? phone(row.phone)}</RowLink> : <span className="font-medium">{t("noContact")}</span>) },
    { key: "phone", title: t("phone"), phone: "sub", cell: (row) => <span className="tnum whitespace-nowrap">{phone(row.phone)}</span> },
    { key: "kind", title: t("wants"), cell: (row) => (row.kind === "all" ? t("nothingAtAll") : t("noMarketing")) },
    { key: "source", title: t("source"), phone: "sub", cell: source },
    { key: "at", title: t("time"), phone: "side", cell: (row) => <When at={row.at} /> },
    // A viewer is shown masked numbers, and whoever is not shown one cannot lift it.
    ...(operator ? [{ key: "lift", title: t("actions"), right: true, phone: "side" as const, cell: (row: OptOut) => <Button className="!h-7" onClick={() => allow(row)}>{t("allowAgain")}</Button> }] : []),
  ];
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-center gap-2">
        <label className="flex items-center gap-2 text-table"><span>{t("show")}</span>
          <select data-filter className="field !w-auto" value={kind} onChange={(event) => setSearch({ kind: event.target.value === "all" ? undefined : event.target.value })}>
            <option value="all">{t("nothingAtAll")}</option>
            <option value="marketing">{t("noMarketing")}</option>
          </select>
        </label>
        <span className="grow text-table text-muted tnum">{list.rows && t("optOutCount", { count: list.count })}</span>
        {operator && <Button icon={<Plus size={14} aria-hidden />} onClick={() => add(true)}>{t("addOptOut")}</Button>}
      </div>
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} />}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && <Empty kind="good" title={t("noOptOutsTitle")}>{t("noOptOutsText")}</Empty>}
      {list.rows && list.rows.length > 0 && (
        <DataTable label={t("optOuts")} columns={columns} rows={list.rows} id={(row) => `${row.phone} ${row.kind}`} footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
      )}
      <Policy />
      {adding && <AddOptOuts kind={kind} onClose={() => add(false)} />}
      {allowing && <AllowAgain optOut={allowing} onClose={() => allow(null)} />}
    </div>
  );
}

function Policy() {
  const t = useContactTexts();
  const words = useErrorText();
  const owner = useMay("owner");
  const policy = useQuery({ queryKey: key("opt-outs", "policy"), queryFn: ({ signal }) => read(api.GET("/api/v1/opt-outs/policy", { signal })) });
  const save = useMutation({
    mutationFn: (spares: boolean) => read(api.PUT("/api/v1/opt-outs/policy", { body: { spares_utility: spares } })),
    onSuccess: () => { refresh("opt-outs"); toast(t("saved")); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  if (!policy.data) return policy.error ? <ErrorBox error={policy.error} onRetry={() => void policy.refetch()} /> : null;
  const spares = policy.data.spares_utility;
  return (
    <Card title={t("policy")} aside={owner ? <Switch label={t("sparesUtility")} checked={spares} disabled={save.isPending} onChange={(on) => save.mutate(on)} /> : undefined}>
      <p className="max-w-[72ch] text-table text-muted">{spares ? t("sparesOn") : t("sparesOff")}</p>
    </Card>
  );
}

function AddOptOuts({ kind: known, onClose }: { kind: Kind; onClose: () => void }) {
  const t = useContactTexts();
  const [text, setText] = useState("");
  const [kind, setKind] = useState<string>(known);
  const [source, setSource] = useState("");
  const phones = text.split(/[\n,;]/).map((one) => one.trim()).filter(Boolean);
  const save = useMutation({
    mutationFn: () => read(api.POST("/api/v1/opt-outs", { body: { phones, kind: kind as Kind, ...(source.trim() ? { source: source.trim() } : {}) } })),
    onSuccess: (told) => { refresh("opt-outs", "contacts"); toast(t("stoppedPeople", { count: told.changed })); onClose(); },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("addOptOut")} description={t("addOptOutText")} footer={<Button kind="danger" type="submit" form="opt-outs" busy={save.isPending} disabled={phones.length === 0}>{t("stopPeople", { count: phones.length })}</Button>}>
      <Form id="opt-outs" error={save.error} onSubmit={() => save.mutate()}>
        <AreaField name="phones" label={t("phones")} hint={t("phonesHint")} value={text} onChange={setText} rows={4} mono />
        <ChoiceField name="kind" label={t("wants")} value={kind} onChange={setKind} options={[{ value: "all", title: t("nothingAtAll") }, { value: "marketing", title: t("noMarketing") }]} />
        <TextField name="source" label={t("source")} hint={t("optOutSourceHint")} value={source} onChange={setSource} maxLength={200} />
      </Form>
    </Dialog>
  );
}

/** Only with the person's consent: where it was given is asked, and noted with the contact where there is one. */
export function AllowAgain({ optOut, onClose }: { optOut: Pick<OptOut, "phone" | "kind" | "contact_id" | "name">; onClose: () => void }) {
  const t = useContactTexts();
  const [source, setSource] = useState("");
  const lift = useMutation({
    mutationFn: async () => {
      if (optOut.contact_id) await read(api.POST("/api/v1/contacts/{contact_id}/consents", { params: { path: { contact_id: optOut.contact_id } }, body: { purpose: optOut.kind, granted: true, source: source.trim() } }));
      await read(api.DELETE("/api/v1/opt-outs", { params: { query: { phone: optOut.phone, kind: optOut.kind } as never } }));
    },
    onSuccess: () => { refresh("opt-outs", "contacts"); toast(t("allowed")); onClose(); },
  });
  const form = (
    <Form error={lift.error} onSubmit={() => source.trim() && lift.mutate()}>
      <TextField name="source" label={t("consentSource")} hint={t("consentSourceHint")} value={source} onChange={setSource} maxLength={200} />
    </Form>
  );
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} title={t("allowTitle", { who: optOut.name ?? phone(optOut.phone) })} action={t("allowAgain")} busy={lift.isPending} disabled={optOut.contact_id !== null && !source.trim()} onConfirm={() => lift.mutate()}>
      <p>{t("allowText")}</p>
      {optOut.contact_id ? form : lift.error && <ErrorBox error={lift.error} />}
    </Confirm>
  );
}
