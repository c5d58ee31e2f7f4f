/** In which order variations are read, and by which number they are called. */
import type { Variant } from "../../../api/schema.gen";

const ORDER: Record<Variant["state"], number> = { proposed: 0, approved: 1, stale: 2, rejected: 3 };

/** What waits for somebody first; among equals the newest. */
export const inOrder = (rows: readonly Variant[]): Variant[] => [...rows].sort((a, b) => ORDER[a.state] - ORDER[b.state] || b.created_at.localeCompare(a.created_at) || b.id.localeCompare(a.id));

/** A variation's number: by age, so that it keeps it while others are reviewed. */
export function numbersOf(rows: readonly Variant[]): Map<string, number> {
  const oldest = [...rows].sort((a, b) => a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id));
  return new Map(oldest.map((one, at) => [one.id, at + 1]));
}

export interface Refusal { text: string; reason: string; reason_text?: { pt?: string; en?: string } | null }
export interface Written { made: number; refused: Refusal[]; tokens: number; cost: string; reason: string | null; reason_text: { pt?: string; en?: string } | null }

/** What the job that writes tells at its end; null where it tells nothing of the kind. */
export function writtenOf(result: Record<string, unknown> | null | undefined): Written | null {
  if (!result || typeof result.made !== "number") return null;
  const { made, refused, tokens, cost, reason, reason_text } = result as Partial<Written>;
  return { made: made!, refused: Array.isArray(refused) ? refused : [], tokens: tokens ?? 0, cost: cost ?? "0", reason: reason ?? null, reason_text: reason_text ?? null };
}
