/** A language model is asked for variations: a job, whose end tells what was made, and what was refused and why. */
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, read } from "../../../api/client";
import { refresh } from "../../../api/queries";
import type { Job, TemplateDetail } from "../../../api/schema.gen";
import { useWords } from "../../../i18n";
import { useJob } from "../../../live/jobs";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { AreaField, asNumber, Form, NumberField } from "../../../ui/form";
import { Progress } from "../../../ui/progress";
import { ErrorBox, Skeleton } from "../../../ui/states";
import { useFormats } from "../../../ui/when";
import { writtenOf } from "./order";
import { useVariantTexts } from "./texts";

const MOST_AT_ONCE = 10;
const USUAL = 3;

export function Ask({ template, room, onClose }: { template: TemplateDetail; room: number; onClose: () => void }) {
  const t = useVariantTexts();
  const [brief, setBrief] = useState("");
  const [wanted, want] = useState(String(Math.min(USUAL, room, MOST_AT_ONCE)));
  const begin = useMutation({ mutationFn: () => read(api.POST("/api/v1/templates/{template_id}/variants/write", { params: { path: { template_id: template.id } }, body: { brief: brief.trim(), count: asNumber(wanted) as number } })) });
  const { job, error, refetch } = useJob(begin.data?.id ?? null);
  const shown = job ?? begin.data;
  const ended = shown !== undefined && shown.state !== "running";
  useEffect(() => { if (ended) refresh("templates", "ai-spending"); }, [ended]);
  const footer = shown ? <Button kind={ended ? "primary" : "plain"} onClick={onClose}>{t("close")}</Button> : <><Button onClick={onClose}>{t("cancel")}</Button><Button kind="primary" type="submit" form="ask-variants" busy={begin.isPending}>{t("ask")}</Button></>;
  return (
    <Dialog open firm onOpenChange={(open) => !open && onClose()} title={t("askTitle")} description={shown ? undefined : t("askText")} footer={footer}>
      {shown ? <div aria-live="polite">{error != null && !ended ? <ErrorBox error={error} onRetry={refetch} /> : ended ? <Told job={shown} /> : <Writing job={shown} />}</div> : (
        <Form id="ask-variants" error={begin.error} onSubmit={() => begin.mutate()}>
          <AreaField name="brief" label={t("brief")} hint={t("briefHint")} rows={3} value={brief} onChange={setBrief} maxLength={1_000} placeholder={t("briefPlace")} />
          <NumberField name="count" label={t("howMany")} value={wanted} onChange={want} />
        </Form>
      )}
    </Dialog>
  );
}

function Writing({ job }: { job: Job }) {
  const t = useVariantTexts();
  return (
    <div className="space-y-3">
      <p className="text-muted">{t("askingText")}</p>
      {job.total ? <Progress label={t("asking")} total={job.total} segments={[{ key: "done", name: t("asking"), value: job.done, tone: "var(--accent)" }]} /> : <Skeleton rows={1} />}
    </div>
  );
}

/** What came of it. */
function Told({ job }: { job: Job }) {
  const t = useVariantTexts();
  const say = useWords();
  const { count } = useFormats();
  const told = writtenOf(job.result);
  if (!told) return <ErrorBox title={t("failedJob")} text={job.error ?? ""} />;
  const why = say(told.reason_text) ?? told.reason;
  return (
    <div className="space-y-3" data-told={told.made}>
      <p className="text-card">{t("made", { count: told.made })}</p>
      {why && <p className="text-table text-warning-fg">{why}</p>}
      {told.refused.length > 0 && (
        <section>
          <h3 className="text-table">{t("refused", { count: told.refused.length })}</h3>
          <ul className="mt-2 space-y-2">
            {told.refused.map((one, at) => <li key={at} className="rounded-control bg-sunken px-3 py-2 text-table"><p className="break-words whitespace-pre-wrap">{one.text}</p><p className="mt-1 text-caption text-danger-fg">{say(one.reason_text) ?? one.reason}</p></li>)}
          </ul>
        </section>
      )}
      <p className="text-caption text-muted tnum">{t("took", { tokens: count(told.tokens), cost: Number(told.cost).toFixed(4) })}</p>
    </div>
  );
}
