/** Bulk actions, always the same: counted first, then run on exactly what was shown; a set that changed is counted anew. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "./client";
import { Problem } from "./problem";
import { key } from "./queries";
import type { BulkPreview, Job } from "./schema.gen";

type Body = Record<string, unknown>;

/** Whether a refused run means: what was shown is not so any more. */
export function asksAgain(error: unknown): boolean {
  return error instanceof Problem && error.status === 409;
}

/**
 * `request` is what the preview takes; null: not yet. `post` sends a body to the action's route.
 * `changed` tells that the set was counted anew because a run was refused.
 */
export function useBulk(name: string, request: Body | null, post: (body: Body) => Promise<unknown>, onStarted: (job: Job) => void) {
  const [asked, ask] = useState({ times: 0, changed: false });
  const first = useQuery({
    queryKey: key("bulk", name, request, asked.times), enabled: request !== null, staleTime: Infinity, gcTime: 0, placeholderData: undefined,
    queryFn: async () => (await post({ ...request, preview: true })) as BulkPreview,
  });
  const counting = first.data?.counts === null ? first.data.preview_id : null;
  const later = useQuery({
    queryKey: key("bulk", "counts", counting), enabled: counting !== null, placeholderData: undefined,
    queryFn: ({ signal }) => read(api.GET("/api/v1/bulk-previews/{preview_id}", { params: { path: { preview_id: counting! } }, signal })) as Promise<BulkPreview>,
    refetchInterval: (query) => (query.state.data?.counts ? false : 500),
  });
  const counted = first.data?.counts ? first.data : later.data;
  const counts = counted?.counts ?? null;
  const run = useMutation({
    mutationFn: async () => (await post({ preview_id: first.data!.preview_id })) as Job,
    onSuccess: onStarted,
    onError: (error) => { if (asksAgain(error)) ask(({ times }) => ({ times: times + 1, changed: true })); },
  });
  return {
    counts: counts as (NonNullable<BulkPreview["counts"]> & { events?: number; messages?: number }) | null,
    /** The reasons of `counts.skip` in words. */
    words: (counted?.skip_text ?? {}) as Record<string, { pt?: string; en?: string } | null>,
    error: first.error ?? later.error ?? (asksAgain(run.error) ? null : run.error),
    changed: asked.changed, running: run.isPending, run: () => run.mutate(), again: () => { run.reset(); ask(({ times, changed }) => ({ times: times + 1, changed })); },
  };
}
