/** Campaigns as they are this moment: the running ones' live topics over what was read, at most twice a second. */
import { useEffect, useRef } from "react";
import { refresh } from "../../api/queries";
import type { Campaign } from "../../api/schema.gen";
import { useLiveMany } from "../../live/hooks";
import type { Counts, State } from "./states";

export interface LiveCampaign { campaign_id: string; status: State; stalled: string | null; total: number; counts: Counts; rate_s: number; eta: string | null; updated_at: string }
export type Moving = Campaign & { rate_s: number | null; eta: string | null };

const EVERY_MS = 500;
const MOST_WATCHED = 30;
const MOVES = new Set<State>(["scheduled", "running", "paused"]);

/** Rows with their live numbers; when a state or a stall changed, the list is read again for its words. */
export function useMoving(rows: Campaign[] | undefined): Moving[] | undefined {
  const watched = (rows ?? []).filter((row) => MOVES.has(row.status) || receiptsCome(row)).slice(0, MOST_WATCHED);
  const told = useLiveMany<LiveCampaign>(watched.map((row) => `campaign:${row.id}`), EVERY_MS);
  const of = (row: Campaign) => { const found = told[`campaign:${row.id}`]; return found && found.counts && found.updated_at >= row.updated_at ? found : undefined; };
  const stale = watched.some((row) => { const now = of(row); return now && (now.status !== row.status || (now.stalled ?? null) !== (row.stalled?.reason ?? null)); });
  useSettled(stale ? JSON.stringify(told) : "", () => refresh("campaigns"));
  return rows?.map((row) => {
    const now = of(row);
    return now ? { ...row, status: now.status, total: now.total, counts: now.counts, rate_s: now.status === "running" ? now.rate_s : null, eta: now.eta } : { ...row, rate_s: null, eta: null };
  });
}

/** Receipts come up to a day after the end. */
export function receiptsCome(row: { finished_at?: string | null; status: State }, now = Date.now()): boolean {
  return (row.status === "finished" || row.status === "cancelled") && row.finished_at != null && now - Date.parse(row.finished_at) < 86_400_000;
}

/** Do something when a mark changes, at most every two seconds, and once more after the last change. */
export function useSettled(mark: string, act: () => void): void {
  const last = useRef(0);
  const doing = useRef(act);
  useEffect(() => { doing.current = act; });
  useEffect(() => {
    if (!mark) return;
    const timer = setTimeout(() => { last.current = Date.now(); doing.current(); }, Math.max(0, last.current + 2_000 - Date.now()));
    return () => clearTimeout(timer);
  }, [mark]);
}
