/** Times and dates in one zone, the company's. Intl writes pt-BR with a comma between date and time: we join them. */
export type Language = "pt-BR" | "en";

const cache = new Map<string, Intl.DateTimeFormat>();

function format(language: Language, zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${zone} ${JSON.stringify(options)}`;
  let made = cache.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(language === "en" ? "en-GB" : "pt-BR", { timeZone: zone, ...options });
    cache.set(key, made);
  }
  return made;
}

const DATE: Record<Language, Intl.DateTimeFormatOptions> = {
  "pt-BR": { day: "2-digit", month: "2-digit", year: "numeric" },
  en: { day: "numeric", month: "short", year: "numeric" },
};
const CLOCK: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

export type Precision = "minute" | "second" | "ms";

export function clock(at: Date, language: Language, zone: string, precision: Precision = "minute"): string {
  const options = precision === "minute" ? CLOCK : { ...CLOCK, second: "2-digit" as const };
  const text = format(language, zone, options).format(at);
  if (precision !== "ms") return text;
  return `${text}${language === "en" ? "." : ","}${String(at.getMilliseconds()).padStart(3, "0")}`;
}

export function date(at: Date, language: Language, zone: string): string {
  return format(language, zone, DATE[language]).format(at);
}

export function dateTime(at: Date, language: Language, zone: string, precision: Precision = "minute"): string {
  return `${date(at, language, zone)}${language === "en" ? ", " : " "}${clock(at, language, zone, precision)}`;
}

/** How long ago, in the largest unit that is at least one: "há 3 min", "in 2 h"; null from a day on. */
export function ago(at: Date, now: number, language: Language): string | null {
  const seconds = Math.round((now - at.getTime()) / 1000);
  const size = Math.abs(seconds);
  if (size >= 86_400) return null;
  const text = duration(size * 1000);
  if (size < 1) return language === "en" ? "now" : "agora";
  if (language === "en") return seconds > 0 ? `${text} ago` : `in ${text}`;
  return seconds > 0 ? `há ${text}` : `em ${text}`;
}

/** A duration with its one or two leading units: "850 ms", "4 s", "3 min", "3 h 20", "2 d 4 h". */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} s`;
  const min = Math.floor(s / 60);
  if (min < 60) return `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 24) return min % 60 ? `${h} h ${String(min % 60).padStart(2, "0")}` : `${h} h`;
  const d = Math.floor(h / 24);
  return h % 24 ? `${d} d ${h % 24} h` : `${d} d`;
}

/** The zone's name and its distance to Greenwich at that moment: "Horário de Brasília, GMT−3". */
export function zoneName(language: Language, zone: string, at = new Date()): string {
  const part = (style: "longGeneric" | "shortOffset") =>
    format(language, zone, { timeZoneName: style }).formatToParts(at).find((one) => one.type === "timeZoneName")?.value;
  // Where clocks never change, the generic name still says that it is standard time; nobody there does.
  const name = (part("longGeneric") ?? zone).replace("Horário Padrão", "Horário").replace("Standard Time", "Time");
  return `${name}, ${(part("shortOffset") ?? "").replace("-", "−")}`;
}
