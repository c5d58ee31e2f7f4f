/** Drafts that are not published yet stay in this browser, one per rule and company. */
import { revived, type Draft } from "./draft";

interface Kept { at: number; version: number; draft: Draft }
const nameOf = (company: string, rule: string) => `masteria.rule-draft.${company}.${rule}`;

export function keep(company: string, rule: string, version: number, draft: Draft, at: number): boolean {
  try {
    localStorage.setItem(nameOf(company, rule), JSON.stringify({ at, version, draft }));
    return true;
  } catch {
    return false; // full, or forbidden in a private window: the page still has it
  }
}

export function keptDraft(company: string, rule: string): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(nameOf(company, rule)) ?? "null") as Kept | null;
    const draft = kept && revived(JSON.stringify(kept.draft));
    return kept && draft ? { ...kept, draft } : null;
  } catch {
    return null;
  }
}

export function forget(company: string, rule: string): void {
  try { localStorage.removeItem(nameOf(company, rule)); } catch { /* there was none */ }
}
