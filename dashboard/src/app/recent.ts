/** What was opened by the palette last, by company, on this device; newest first, five at most. */
export interface Recent { kind: string; id: string; title: string; subtitle: string | null }

const MOST = 5;
const name = (company: string) => `masteria.recent.${company}`;

export function remember(list: readonly Recent[], one: Recent): Recent[] {
  return [one, ...list.filter((other) => other.kind !== one.kind || other.id !== one.id)].slice(0, MOST);
}

export function readRecent(company: string): Recent[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(name(company)) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one): one is Recent => typeof one?.id === "string" && typeof one?.kind === "string" && typeof one?.title === "string").slice(0, MOST) : [];
  } catch {
    return [];
  }
}

export function keepRecent(company: string, one: Recent): void {
  try {
    localStorage.setItem(name(company), JSON.stringify(remember(readRecent(company), one)));
  } catch {
    /* private mode: nothing is remembered */
  }
}
