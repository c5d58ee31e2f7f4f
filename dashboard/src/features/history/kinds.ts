/** Kinds of jobs in words; one that is not known here keeps its name. */
import { useHistoryTexts } from "./texts";

export const KINDS = [
  "history_sync", "retention", "export", "event_replay", "event_replay_preview", "dead_letter_retry", "dead_letter_retry_preview", "dead_letter_discard", "dead_letter_discard_preview",
  "contacts_import", "contacts_change", "contacts_change_preview", "contacts_erase", "campaign_expansion", "campaign_dry_run", "knowledge_index", "write_variants",
] as const;

export function useKindWords(): (kind: string) => string {
  const t = useHistoryTexts();
  return (kind) => (KINDS.find((one) => one === kind) ? t(kind as "export") : kind);
}
