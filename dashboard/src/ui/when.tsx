/** Times in the company's zone, relative while they are young; the exact time stands in the tooltip. */
import { createContext, useContext } from "react";
import { useLanguage } from "../i18n";
import { bytes, compact, count, money, percent, rate } from "../lib/numbers";
import { ago, clock, date, dateTime, type Language, type Precision } from "../lib/time";

export const Zone = createContext("America/Sao_Paulo");
/** The present, told by the shell every so often, so that "3 min ago" grows. */
export const Now = createContext(0);

/** Numbers and times as a language and a zone write them. */
function formatsOf(language: Language, zone: string) {
  return {
    language,
    zone,
    count: (n: number | null | undefined) => count(n, language),
    compact: (n: number | null | undefined) => compact(n, language),
    percent: (share: number | null | undefined) => percent(share, language),
    rate: (n: number | null | undefined) => rate(n, language),
    bytes: (n: number | null | undefined) => bytes(n, language),
    money,
    clock: (at: Date, precision?: Precision) => clock(at, language, zone, precision),
    date: (at: Date) => date(at, language, zone),
    dateTime: (at: Date, precision?: Precision) => dateTime(at, language, zone, precision),
    ago: (at: Date, now: number) => ago(at, now, language),
  };
}

type Formats = ReturnType<typeof formatsOf>;
const made = new Map<string, Formats>();

/** The same functions at every call, so that what gets them need not be drawn anew. */
export function useFormats(): Formats {
  const language = useLanguage();
  const zone = useContext(Zone);
  const name = `${language} ${zone}`;
  let found = made.get(name);
  if (!found) made.set(name, (found = formatsOf(language, zone)));
  return found;
}

export function When({ at, exact }: { at: string | null | undefined; exact?: Precision }) {
  const formats = useFormats();
  const told = useContext(Now) || Date.now();
  if (!at) return <span>—</span>;
  const moment = new Date(at);
  // What is younger than the shell's present is not yet to come.
  const now = moment.getTime() > told ? Date.now() : told;
  const absolute = formats.dateTime(moment, exact ?? "second");
  return <time dateTime={at} title={absolute} className="tnum whitespace-nowrap">{exact ? absolute : formats.ago(moment, now) ?? formats.dateTime(moment)}</time>;
}
