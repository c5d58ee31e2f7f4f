import { useContactTexts } from "./texts";

const KNOWN = { changed_already: "skipAlready", not_found: "skipMissing", not_in_preview: "skipNew", nothing_stored: "skipNothing" } as const;

/** Who is left alone, in words; a reason that has none is told by its code. */
export function useSkipWords(): (skip: Record<string, number>) => { key: string; words: string; n: number }[] {
  const t = useContactTexts();
  return (skip) => Object.entries(skip).filter(([, n]) => n > 0).map(([code, n]) => ({ key: code, n, words: code in KNOWN ? t(KNOWN[code as keyof typeof KNOWN]) : code }));
}
