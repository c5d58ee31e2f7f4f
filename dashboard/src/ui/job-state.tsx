/** Where long work stands: an icon and a word. */
import { Ban, CircleCheck, CircleX, LoaderCircle } from "lucide-react";
import { Chip } from "./status";
import { useUiTexts } from "./texts";

const LOOKS = { running: [LoaderCircle, "info"], done: [CircleCheck, "success"], failed: [CircleX, "danger"], cancelled: [Ban, "skipped"] } as const;
const WORDS = { running: "jobRunning", done: "jobDone", failed: "jobFailed", cancelled: "jobCancelled" } as const;
type State = keyof typeof LOOKS;

export function JobState({ state, title }: { state: string | null | undefined; title?: string }) {
  const t = useUiTexts();
  if (!state || !(state in LOOKS)) return <span className="text-faint">—</span>;
  const [icon, tone] = LOOKS[state as State];
  return <Chip tone={tone} icon={icon} title={title}>{t(WORDS[state as State])}</Chip>;
}

/** The last runs, oldest first, each an icon with its word in the tooltip. */
export function JobStrip({ label, jobs }: { label: string; jobs: { id: string; state: string; title: string }[] }) {
  const t = useUiTexts();
  if (jobs.length === 0) return <span className="text-faint">—</span>;
  return (
    <ul aria-label={label} className="flex gap-1">
      {jobs.map((job) => {
        const known = job.state in LOOKS ? (job.state as State) : null;
        const Icon = known ? LOOKS[known][0] : Ban;
        const words = `${known ? t(WORDS[known]) : job.state} · ${job.title}`;
        return <li key={job.id} title={words} className={`grid h-5 w-5 place-items-center rounded ${known === "done" ? "bg-success-soft text-success-fg" : known === "failed" ? "bg-danger-soft text-danger-fg" : known === "running" ? "bg-info-soft text-info-fg" : "bg-skipped-soft text-skipped-fg"}`}><Icon size={12} aria-hidden /><span className="sr-only">{words}</span></li>;
      })}
    </ul>
  );
}
