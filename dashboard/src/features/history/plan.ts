/** A schedule's plan as what a sentence needs: how often, at what time, how exactly. */
export type Plan =
  | { kind: "every"; every_s: number; spread_s: number }
  | { kind: "daily"; at: string; late_s: number }
  | { kind: "weekly"; at: string; day: number; late_s: number }
  | { kind: "cron"; cron: string; late_s: number };

export function planOf(schedule: { every_s: number | null; jitter_s: number; cron: string | null }): Plan {
  const { every_s, jitter_s, cron } = schedule;
  if (cron === null) return { kind: "every", every_s: every_s ?? 0, spread_s: Math.round(Math.min(jitter_s, every_s ?? 0) / 2) };
  const simple = /^\s*(\d{1,2})\s+(\d{1,2})\s+\*\s+\*\s+(\*|[0-7])\s*$/.exec(cron);
  if (!simple || Number(simple[1]) > 59 || Number(simple[2]) > 23) return { kind: "cron", cron, late_s: jitter_s };
  const at = `${simple[2]!.padStart(2, "0")}:${simple[1]!.padStart(2, "0")}`;
  return simple[3] === "*" ? { kind: "daily", at, late_s: jitter_s } : { kind: "weekly", at, day: Number(simple[3]) % 7, late_s: jitter_s };
}

/** The name of a day of the week, 0 being Sunday. */
export function dayName(day: number, language: string): string {
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : "pt-BR", { weekday: "long", timeZone: "UTC" }).format(new Date(Date.UTC(2026, 10, 22 + day)));
}
