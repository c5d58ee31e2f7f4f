/** Left: what came in, by path. Right: what is read from it, as it would be now. A click on the left fills the chosen field. */
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useId, useState } from "react";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import type { MappingPreview, WebhookWithActivity } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { cx } from "../../ui/cx";
import { FormField } from "../../ui/form";
import { Empty, ErrorBox, Skeleton } from "../../ui/states";
import { Chip } from "../../ui/status";
import { When } from "../../ui/when";
import { textOf, withField, type Mapping } from "./mapping";
import { TypesEditor } from "./types-editor";
import { useWebhookTexts } from "./texts";

interface Leaf { path: string; kind: string; example: unknown }
const WAIT_MS = 300;

function useSettled<T>(value: T): T {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), WAIT_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : null;
  } catch {
    return null;
  }
}

/** A key below a path, spelled as the API spells it (engine/jsonpath.py). */
const below = (path: string, name: string) => (/^[\p{L}\p{N}_-]+$/u.test(name) ? `${path}.${name}` : name.includes("'") ? `${path}["${name}"]` : `${path}['${name}']`);

/** Values of a pasted payload by their paths, as the API names those of a captured one. */
export function leavesOf(value: unknown, path = "$", most = 300): Leaf[] {
  if (value !== null && typeof value === "object" && Object.keys(value).length) {
    const found: Leaf[] = [];
    const parts: [string, unknown][] = Array.isArray(value) ? value.slice(0, 3).map((one, at) => [`${path}[${at}]`, one]) : Object.entries(value).map(([name, one]) => [below(path, name), one]);
    for (const [at, one] of parts) if (found.length < most) found.push(...leavesOf(one, at, most - found.length));
    return found;
  }
  const kind = value === null ? "null" : Array.isArray(value) ? "list" : typeof value === "string" ? "text" : typeof value;
  return [{ path, kind, example: value }];
}

export function MappingTab({ webhook, mapping, onChange }: { webhook: WebhookWithActivity; mapping: Mapping; onChange: (mapping: Mapping) => void }) {
  const t = useWebhookTexts();
  const id = useId();
  const [chosen, choose] = useState<string | null>(null);
  const [pasted, paste] = useState("");
  const [field, setField] = useState<string | null>(null);
  const captures = useQuery({ queryKey: key("webhook-captures", webhook.id), queryFn: ({ signal }) => read(api.GET("/api/v1/webhooks/{webhook_id}/captures", { params: { path: { webhook_id: webhook.id } }, signal })) });
  const shown = captures.data?.data ?? [];
  const capture = chosen === "paste" ? undefined : shown.find((one) => one.id === chosen) ?? shown[0];
  const payload = parsed(useDeferredValue(pasted));
  const source = capture ? { capture_id: capture.id } : payload ? { payload } : null;
  const settled = useSettled(JSON.stringify({ mapping, source }));
  const asked = JSON.parse(settled) as { mapping: Mapping; source: object | null };
  const preview = useQuery({
    queryKey: key("webhook-preview", webhook.id, settled), enabled: asked.source !== null, retry: false,
    queryFn: ({ signal }) => read(api.POST("/api/v1/webhooks/{webhook_id}/mapping/preview", { params: { path: { webhook_id: webhook.id } }, body: { mapping: asked.mapping, ...asked.source } as never, signal })),
  });
  const values: Leaf[] = capture ? (capture.values as Leaf[]) : payload ? leavesOf(payload) : [];
  if (captures.isPending && !captures.error) return <Skeleton rows={6} onRetry={() => void captures.refetch()} />;
  return (
    <div className="grid grid-cols-1 gap-4 lg:grid-cols-2">
      <div className="min-w-0 space-y-3">
        {captures.error && <ErrorBox error={captures.error} onRetry={() => void captures.refetch()} />}
        <label className="block space-y-1" htmlFor={id}><span className="text-table font-medium">{t("capture")}</span></label>
        <select id={id} className="field" value={capture?.id ?? "paste"} onChange={(event) => choose(event.target.value)}>
          {shown.map((one) => <option key={one.id} value={one.id}>{`${one.event_type ?? t("unparsed")} · ${t("seen", { count: one.seen })}`}</option>)}
          <option value="paste">{t("paste")}</option>
        </select>
        {capture ? <p className="text-caption text-muted">{t("captured")} <When at={capture.created_at} /></p> : (
          <>
            {shown.length === 0 && <Empty title={t("noCaptures")}>{t("noCapturesText")}</Empty>}
            <textarea aria-label={t("paste")} className="field !h-32 py-1.5 font-mono text-caption" value={pasted} onChange={(event) => paste(event.target.value)} placeholder='{"evento": "VENDA_OK"}' />
            {pasted.trim() !== "" && !payload && <p role="alert" className="text-caption text-danger-fg">{t("notJson")}</p>}
          </>
        )}
        <Values values={values} preview={preview.data} target={field} onPick={(path) => field && onChange(withField(mapping, field, path))} />
      </div>
      <div className="min-w-0 space-y-3">
        {preview.error && <ErrorBox error={preview.error} title={t("previewRefused")} onRetry={() => void preview.refetch()} />}
        <Fields preview={preview.data} mapping={mapping} onChange={onChange} active={field} onActive={setField} />
        <TypesEditor mapping={mapping} onChange={onChange} />
      </div>
    </div>
  );
}

function Values({ values, preview, target, onPick }: { values: Leaf[]; preview: MappingPreview | undefined; target: string | null; onPick: (path: string) => void }) {
  const t = useWebhookTexts();
  const readBy = new Map((preview?.fields ?? []).flatMap((one) => (one.path ? [[one.path, one.field]] : [])));
  if (!values.length) return null;
  return (
    <div className="space-y-1">
      <p className="text-caption text-muted">{target ? t("pickFor", { field: target }) : t("pickFirst")}{preview ? ` · ${t("unmapped", { count: preview.unmapped.length })}` : ""}</p>
      <ul aria-label={t("values")} className="max-h-96 divide-y divide-line overflow-y-auto rounded-control border border-line" data-values>
        {values.map((one) => (
          <li key={one.path}>
            <button type="button" disabled={!target} onClick={() => onPick(one.path)} className="flex w-full flex-wrap items-center gap-x-2 px-2 py-1 text-left text-caption hover:bg-sunken disabled:cursor-default">
              <code className="min-w-0 break-all">{one.path}</code>
              <span className="min-w-0 grow truncate text-muted">{typeof one.example === "string" ? one.example : JSON.stringify(one.example)}</span>
              {readBy.has(one.path) && <Chip tone="success">{readBy.get(one.path)}</Chip>}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Fields({ preview, mapping, onChange, active, onActive }: { preview: MappingPreview | undefined; mapping: Mapping; onChange: (mapping: Mapping) => void; active: string | null; onActive: (field: string) => void }) {
  const t = useWebhookTexts();
  const say = useWords();
  const catalogue = useQuery({ queryKey: key("catalogue"), staleTime: Infinity, queryFn: ({ signal }) => read(api.GET("/api/v1/catalogue", { signal })) });
  if (!catalogue.data) return catalogue.error ? <ErrorBox error={catalogue.error} onRetry={() => void catalogue.refetch()} /> : <Skeleton rows={6} onRetry={() => void catalogue.refetch()} />;
  const origin = (found: MappingPreview["fields"][number]) => (found.origin === "alias" || found.origin === "header" ? `${t("byName")} ${found.path ?? ""}` : found.origin === "receipt" ? t("byReceipt") : "");
  return (
    <ul className="space-y-2" aria-label={t("fields")}>
      {catalogue.data.fields.map((one) => {
        const found = preview?.fields.find((each) => each.field === one.name);
        return (
          <li key={one.name} className={cx("rounded-control border p-2", active === one.name ? "border-accent bg-accent-soft" : "border-line")}>
            <FormField name={`mapping.${one.name}`} label={say(one.label) ?? one.name}>
              {(props) => <DraftInput {...props} field={one.name} mapping={mapping} onChange={onChange} onFocus={() => onActive(one.name)} placeholder={found ? origin(found) : "$.…"} />}
            </FormField>
            {found && (
              <p className="mt-1 flex flex-wrap items-center gap-x-2 text-caption">
                <code className="text-muted">{one.name}</code>
                <span className={cx("min-w-0 break-all", found.value === null ? "text-faint" : "text-fg")}>{found.value ?? t("nothingFound")}</span>
                {found.problem && <span className="text-danger-fg">{say(found.problem_text) ?? found.problem}</span>}
              </p>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** What is typed stays as it is typed; the mapping gets what it means. */
function DraftInput({ field, mapping, onChange, ...rest }: { field: string; mapping: Mapping; onChange: (mapping: Mapping) => void } & Omit<React.InputHTMLAttributes<HTMLInputElement>, "onChange">) {
  const stored = textOf(mapping[field]);
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <input
      {...rest} className="field font-mono text-caption" autoComplete="off" spellCheck={false} value={draft ?? stored}
      onChange={(event) => { setDraft(event.target.value); onChange(withField(mapping, field, event.target.value)); }}
      onBlur={() => setDraft(null)}
    />
  );
}
