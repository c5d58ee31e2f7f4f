/** Jobs as they go: what the live feed tells of them goes before what was read. */
import { useEffect } from "react";
import { refresh } from "../../api/queries";
import type { Job } from "../../api/schema.gen";
import { useLive } from "../../live/hooks";

export type LiveJobs = Record<string, Partial<Job>>;

export function useLiveJobs(): LiveJobs {
  return useLive<{ jobs?: LiveJobs }>("jobs")?.jobs ?? {};
}

/** Read lists again when a job of theirs has ended. */
export function useRefreshAtEnd(jobs: LiveJobs, kinds: string[] | null, ...nouns: string[]): void {
  const ended = Object.entries(jobs).filter(([, job]) => job.state !== "running" && (!kinds || kinds.includes(job.kind ?? ""))).map(([id, job]) => `${id} ${job.state}`).sort().join();
  const names = nouns.join();
  useEffect(() => { if (ended) refresh(...names.split(",")); }, [ended, names]);
}
