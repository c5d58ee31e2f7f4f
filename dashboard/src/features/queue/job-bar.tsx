/** A run that was started here: how far it is, and its end in words. */
import { X } from "lucide-react";
import { useEffect } from "react";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import type { Job } from "../../api/schema.gen";
import { useJob } from "../../live/jobs";
import { Button, IconButton } from "../../ui/button";
import { Progress, SEGMENT_TONES } from "../../ui/progress";
import { useUiTexts } from "../../ui/texts";
import { useQueueTexts } from "./texts";

const STATES = { running: "job_running", done: "job_done", cancelled: "job_cancelled", failed: "job_failed" } as const;

export function JobBar({ started, onClose }: { started: Job; onClose: () => void }) {
  const t = useQueueTexts();
  const ui = useUiTexts();
  const told = useJob(started.id);
  const job = told.job ?? started;
  const over = job.state !== "running";
  useEffect(() => { if (over) refresh("dead-letters", "dead-letter-summary", "queue", "holds"); }, [over]);
  const cancel = () => void read(api.POST("/api/v1/jobs/{job_id}/cancel", { params: { path: { job_id: job.id } } })).catch(() => undefined).then(told.refetch); // what came to its end meanwhile says so
  return (
    <div role="status" className="card mb-3 flex flex-wrap items-center gap-4 p-3" data-job={job.state}>
      <span className="text-table font-medium">{t(STATES[job.state as "done"] ?? "job_running")}</span>
      <div className="min-w-40 grow"><Progress label={t("jobProgress")} total={job.total ?? Math.max(1, job.done)} segments={[{ key: "done", name: t("jobDone"), value: job.done, tone: SEGMENT_TONES.done }]} /></div>
      {over ? <IconButton label={ui("close")} onClick={onClose}><X size={16} /></IconButton> : <Button onClick={cancel} aria-disabled={job.cancel_requested || undefined}>{job.cancel_requested ? t("jobCancelling") : ui("cancel")}</Button>}
    </div>
  );
}
