/** One job as it goes: told by the live topic, asked for where that has not told it (yet), and after a reload. */
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../api/client";
import { key } from "../api/queries";
import type { Job } from "../api/schema.gen";
import { useLive } from "./hooks";

/** Of two words about a job the later one: what has ended does not run again, and what is done stays done. */
export function laterWord(one: Job | undefined, other: Job | undefined): Job | undefined {
  if (!one || !other) return one ?? other;
  const ended = (job: Job) => (job.state === "running" ? 0 : 1);
  if (ended(one) !== ended(other)) return ended(one) ? one : other;
  return one.done >= other.done ? one : other;
}

export function useJob(id: string | null): { job: Job | undefined; error: unknown; refetch: () => void } {
  const told = useLive<{ jobs?: Record<string, Job> }>(id ? "jobs" : null)?.jobs?.[id ?? ""];
  const asked = useQuery({
    queryKey: key("jobs", "one", id), enabled: id !== null, placeholderData: undefined,
    queryFn: ({ signal }) => read(api.GET("/api/v1/jobs/{job_id}", { params: { path: { job_id: id! } }, signal })),
    refetchInterval: (query) => (query.state.data && query.state.data.state !== "running" ? false : 4_000),
  });
  return { job: laterWord(told, asked.data), error: asked.error, refetch: () => void asked.refetch() };
}
