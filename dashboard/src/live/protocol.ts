/** Frames of docs/PROTOCOL.md. */
import type { Data } from "./patch";

export type Frame =
  | { type: "snapshot" | "delta"; topic: string; seq: string; ts: number; oldest_ts: number; data: Data }
  | { type: "heartbeat"; ts: number }
  | { type: "error"; topic?: string; reason: string };

/** Whether `seq` comes right after `known` in the same life of a topic. */
export function follows(known: string | undefined, seq: string): boolean {
  if (!known) return false;
  const [epoch, n] = known.split("-");
  const [newEpoch, newN] = seq.split("-");
  return epoch === newEpoch && Number(newN) === Number(n) + 1;
}
