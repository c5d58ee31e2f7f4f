/** Step four: how far the job is. It is the server's: a reload, another tab or another day finds it again. */
import { Link, useParams } from "@tanstack/react-router";
import { useMutation } from "@tanstack/react-query";
import { FileDown } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { download } from "../../api/download";
import { refresh } from "../../api/queries";
import type { ContactImport, Job } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useNow } from "../../live/hooks";
import { laterWord, useJob } from "../../live/jobs";
import { duration } from "../../lib/time";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { Card } from "../../ui/page";
import { Progress, SEGMENT_TONES } from "../../ui/progress";
import { ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { Chip, type Tone } from "../../ui/status";
import { toast } from "../../ui/toasts";
import { useFormats } from "../../ui/when";
import { rowsPerSecond } from "./tally";
import { useImportTexts } from "./texts";

const STATES: Record<Job["state"], [Tone, "running" | "ended" | "stopped" | "failed"]> = { running: ["info", "running"], done: ["success", "ended"], cancelled: ["skipped", "stopped"], failed: ["danger", "failed"] };
const COUNTS = ["new", "updated", "merged", "unchanged", "refused", "warned", "empty"] as const;
const LABELS = { new: "new", updated: "updated", merged: "merged", unchanged: "unchanged", refused: "refusedRows", warned: "warned", empty: "emptyRows" } as const;
type Result = Partial<Record<(typeof COUNTS)[number] | "rows", number>>;

export function Run({ file }: { file: ContactImport }) {
  const t = useImportTexts();
  const formats = useFormats();
  const words = useErrorText();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const [stopping, stop] = useState(false);
  const told = useJob(file.job_id);
  const job = laterWord(told.job, file.job ?? undefined);
  const now = useNow();
  if (!job) return told.error ? <ErrorBox error={told.error} onRetry={told.refetch} /> : <Skeleton onRetry={told.refetch} />;
  const result = (job.result ?? {}) as Result;
  const [tone, state] = STATES[job.state];
  const rate = rowsPerSecond(job, now);
  const refused = result.refused ?? 0;
  const problems = refused + (result.warned ?? 0);
  const list = file.list_ids[0];
  const people: Record<string, string> | null = list ? { list_id: list } : null;
  // Without a list those who are new are found by when they came.
  const fresh = job.started_at ? { ...people, from: job.started_at, ...(job.finished_at && !people ? { to: job.finished_at } : {}) } : null;
  const links: Partial<Record<(typeof COUNTS)[number], Record<string, string> | null>> = { new: fresh, updated: people, unchanged: people, merged: people };
  const save = () => download(`/api/v1/contacts/import/${file.id}/errors.csv`, {}, `recusadas-${file.filename || file.id}.csv`.replace(/\.csv\.csv$/, ".csv")).catch((error: unknown) => toast(words(error), { bad: true }));
  return (
    <div className="space-y-3">
      <Card title={t("stepRun")} aside={<Chip tone={tone}>{t(state)}</Chip>}>
        <div className="space-y-3" role="status" aria-live="off">
          <Progress
            label={t("stepRun")}
            total={Math.max(job.total ?? 0, job.done)}
            segments={[{ key: "taken", name: t("takenRows"), value: job.done - refused, tone: SEGMENT_TONES.done }, { key: "refused", name: t("refusedRows"), value: refused, tone: SEGMENT_TONES.failed }]}
            legend
          />
          <p className="text-table text-muted tnum">
            {[t("readCount", { count: job.done }), rate === null ? null : t("rate", { rate: formats.rate(rate) }), job.state === "running" && job.eta ? t("left", { left: duration(Math.max(0, Date.parse(job.eta) - now)) }) : null].filter(Boolean).join(" · ")}
          </p>
        </div>
        {job.error && <div className="mt-3"><ErrorBox title={job.state === "failed" ? t("failed") : t("retrying")} text={job.error} /></div>}
        {told.error != null && <div className="mt-3"><ErrorBox error={told.error} since={t("lastKnown")} onRetry={told.refetch} /></div>}
      </Card>
      <Card title={t("result")}>
        <dl className="grid grid-cols-2 gap-3 sm:grid-cols-4">
          {COUNTS.map((name) => {
            const n = result[name] ?? 0;
            const link = n > 0 ? links[name] : null;
            return (
              <div key={name}>
                <dt className="text-caption text-muted">{t(LABELS[name])}</dt>
                <dd className="text-page tnum">{link ? <Link to={`/c/${company}/contacts` as string} search={link as never} className="underline">{formats.count(n)}</Link> : formats.count(n)}</dd>
              </div>
            );
          })}
        </dl>
        <div className="mt-4 flex flex-wrap gap-2">
          {people && <Link to={`/c/${company}/contacts` as string} search={people as never} className="control bg-accent text-white">{t("seePeople")}</Link>}
          {operator && problems > 0 && <Button icon={<FileDown size={14} aria-hidden />} onClick={() => void save()}>{t("refusedFile", { count: problems })}</Button>}
          {operator && job.state === "running" && <Button disabled={job.cancel_requested} onClick={() => stop(true)}>{job.cancel_requested ? t("stoppingNow") : t("stop")}</Button>}
          {job.state !== "running" && operator && <Link to={`/c/${company}/contacts/import` as string} className="control border border-line-strong">{t("another")}</Link>}
        </div>
        {job.state === "running" && <p className="mt-3 text-caption text-muted">{t("mayLeave")}</p>}
      </Card>
      {stopping && <Stop job={job} onClose={() => { stop(false); told.refetch(); }} />}
    </div>
  );
}

function Stop({ job, onClose }: { job: Job; onClose: () => void }) {
  const t = useImportTexts();
  const words = useErrorText();
  const cancel = useMutation({
    mutationFn: () => read(api.POST("/api/v1/jobs/{job_id}/cancel", { params: { path: { job_id: job.id } } })),
    onSuccess: () => { refresh("imports", "jobs"); onClose(); },
    onError: (error: { status?: number }) => { if (error.status !== 409) toast(words(error), { bad: true }); onClose(); },
  });
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} danger title={t("stopTitle")} action={t("stopImport")} busy={cancel.isPending} onConfirm={() => cancel.mutate()}>
      <p>{t("stopText", { count: job.done })}</p>
    </Confirm>
  );
}
