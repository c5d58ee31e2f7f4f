import { useMutation, useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useEventTypes, useTypeName } from "../../api/catalogue";
import { api, read } from "../../api/client";
import { useNames } from "../../api/names";
import { key, refresh } from "../../api/queries";
import { useMay } from "../../api/session";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { called, type FilterField } from "../../ui/filter-values";
import { FilterBar } from "../../ui/filters";
import { CheckField, ChoiceField, Form } from "../../ui/form";
import { Field } from "../../ui/page";
import { STATUSES } from "../../ui/status";
import { useUiTexts } from "../../ui/texts";
import { toast } from "../../ui/toasts";
import { useFormats } from "../../ui/when";
import { asKind, FILTERS, filterOf, KINDS, missing, valuesOf, type Kind } from "./filters";
import { useExportTexts } from "./texts";

const NAMED = ["session_id", "rule_id", "campaign_id", "list_id"] as const;
const EVENT_STATES = [["processed", "event_processed"], ["unparsed", "event_unparsed"], ["failed", "event_failed"]] as const;
type Counted = { count: number; count_capped: boolean };

/** How many rows a list finds, before a file of them is asked for. */
function useEstimate(kind: Kind, filter: Record<string, string>) {
  return useQuery({
    queryKey: key(kind === "campaign-recipients" ? "campaigns" : kind, "estimate", kind, filter),
    enabled: missing(kind, filter) === null,
    placeholderData: undefined,
    queryFn: async ({ signal }): Promise<Counted> => {
      const { campaign_id, ...rest } = filter;
      const query = { ...(kind === "campaign-recipients" ? rest : filter), limit: 1 } as never;
      if (kind === "campaign-recipients") return read(api.GET("/api/v1/campaigns/{campaign_id}/recipients", { params: { path: { campaign_id: campaign_id! }, query }, signal }));
      if (kind === "events") return read(api.GET("/api/v1/events", { params: { query }, signal }));
      if (kind === "messages") return read(api.GET("/api/v1/messages", { params: { query }, signal }));
      return read(api.GET("/api/v1/contacts", { params: { query }, signal }));
    },
  });
}

export function NewExport({ onClose }: { onClose: () => void }) {
  const t = useExportTexts();
  const ui = useUiTexts();
  const formats = useFormats();
  const operator = useMay("operator");
  const id = useId();
  const [search, setSearch] = useUrlState();
  const [asked] = useState(() => Date.now());
  const kind = asKind(search.kind);
  const [format, setFormat] = useState<"csv" | "json" | "jsonl">("csv");
  const [lang, setLang] = useState<"pt" | "en">(formats.language === "en" ? "en" : "pt");
  const [delimiter, setDelimiter] = useState<"comma" | "semicolon">("semicolon");
  const [bom, setBom] = useState(true);
  const [gzip, setGzip] = useState(false);
  const values = valuesOf(kind, search);
  const filter = filterOf(values, asked);
  const estimate = useEstimate(kind, filter);
  const types = useEventTypes();
  const typeName = useTypeName();
  const names = useNames(NAMED.filter((name) => (FILTERS[kind] as readonly string[]).includes(name)));
  const make = useMutation<unknown, unknown, void>({
    mutationFn: () => read(api.POST("/api/v1/exports", { body: { kind, format, filter, compress: gzip ? "gzip" : "none", ...(format === "csv" ? { lang, delimiter, bom } : {}) } as never })),
    onSuccess: () => { toast(t("started")); refresh("exports", "jobs"); onClose(); },
  });
  const moment = (value: string) => (/^\d{4}-/.test(value) && !Number.isNaN(Date.parse(value)) ? formats.dateTime(new Date(value)) : value);
  const periods = [{ value: "now-24h", title: t("day") }, { value: "now-7d", title: t("week") }, { value: "now-30d", title: t("month") }, { value: "now-365d", title: t("year") }];
  const statuses = STATUSES.map((value) => ({ value, title: ui(value) }));
  const field = (name: string): FilterField => {
    if (name === "from") return { name, title: t("from"), options: periods, show: moment };
    if (name === "to") return { name, title: t("to"), placeholder: "2026-11-22T13:00:00Z", show: moment };
    if (name === "state") return { name, title: t("state"), options: kind === "events" ? EVENT_STATES.map(([value, word]) => ({ value, title: t(word) })) : statuses };
    if (name === "status") return { name, title: t("state"), options: statuses };
    if (name === "opted_out") return { name, title: t("opted_out"), options: [{ value: "true", title: t("yes") }, { value: "false", title: t("no") }] };
    if (name === "reached") return { name, title: t("reached"), options: [{ value: "replied", title: t("replied") }, { value: "bought", title: t("bought") }] };
    if (name === "event_type") return { name, title: t("event_type"), placeholder: "pix_created", suggestions: types, show: typeName };
    const named = NAMED.find((one) => one === name);
    if (named) return { name, title: t(named), other: true, options: names[named] };
    return { name, title: t(name as "phone"), placeholder: name === "payload" ? '{"status":"paid"}' : name === "phone" ? "+5511900000000" : undefined };
  };
  const fields = FILTERS[kind].map(field);
  const said = fields.filter((one) => values[one.name]).map((one) => `${one.title}: ${called(one, values[one.name]!)}`);
  const lacks = missing(kind, values);
  const many = estimate.data;
  const other = (next: string) => setSearch({ ...Object.fromEntries(FILTERS[kind].map((name) => [name, undefined])), kind: next === "events" ? undefined : next });
  const rows = lacks ? t("chooseCampaign") : estimate.error ? t("notCounted") : !many ? t("counting") : many.count_capped ? t("rowsAtLeast", { count: many.count }) : t("rowsAbout", { count: many.count });
  return (
    <Dialog open firm onOpenChange={(open) => !open && onClose()} title={t("newExport")}
      footer={<><Button onClick={onClose}>{ui("cancel")}</Button><Button kind="primary" type="submit" form={id} busy={make.isPending} disabled={lacks !== null}>{t("make")}</Button></>}>
      <div className="mb-4 max-w-160 space-y-2 [&>div]:!static [&>div]:!bg-transparent">
        <Field label={t("what")}>
          <select className="field" value={kind} onChange={(event) => other(event.target.value)}>{KINDS.map((value) => <option key={value} value={value}>{t(value)}</option>)}</select>
        </Field>
        <FilterBar key={kind} fields={fields} values={values} onChange={(name, value) => setSearch({ [name]: value })} onClear={() => other(kind)} />
        <p role="status" className="text-table">{`${t("sentence", { what: t(kind).toLowerCase(), filters: said.length ? said.join("; ") : t("all") })} ${rows}`}</p>
      </div>
      <Form id={id} error={make.error} onSubmit={() => !lacks && make.mutate()}>
        <ChoiceField name="format" label={t("format")} hint={format === "csv" ? undefined : t("formatHint")} value={format} onChange={(value) => setFormat(value as "csv")} options={[{ value: "csv", title: "CSV" }, { value: "json", title: "JSON" }, { value: "jsonl", title: "JSON Lines" }]} />
        {format === "csv" && (
          <div className="grid gap-4 sm:grid-cols-2">
            <ChoiceField name="lang" label={t("heads")} value={lang} onChange={(value) => setLang(value as "pt")} options={[{ value: "pt", title: "Português" }, { value: "en", title: "English" }]} />
            <ChoiceField name="delimiter" label={t("delimiter")} value={delimiter} onChange={(value) => setDelimiter(value as "comma")} options={[{ value: "semicolon", title: t("semicolon") }, { value: "comma", title: t("comma") }]} />
            <CheckField name="bom" label={t("bom")} checked={bom} onChange={setBom} />
          </div>
        )}
        <CheckField name="compress" label={t("gzip")} checked={gzip} onChange={setGzip} />
        <p className="text-table text-muted">{t(operator ? "openText" : "maskedText")}</p>
      </Form>
    </Dialog>
  );
}
