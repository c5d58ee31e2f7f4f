/** Days of a time zone as moments, and where a chart's axis is marked. */
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const cache = new Map<string, Intl.DateTimeFormat>();

function parts(at: number, zone: string): Record<string, number> {
  let format = cache.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
    cache.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(at).map((one) => [one.type, Number(one.value)]));
}

/** How far a zone's clocks are before Greenwich's at a moment, in ms. */
function ahead(at: number, zone: string): number {
  const { year, month, day, hour, minute, second } = parts(at, zone);
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) - Math.floor(at / 1000) * 1000;
}

/** The first moment of a day ("2026-11-22") in a zone; NaN of what is no day. */
export function dayStart(day: string, zone: string): number {
  const utc = Date.parse(`${day}T00:00:00Z`);
  if (Number.isNaN(utc)) return NaN;
  const first = utc - ahead(utc, zone);
  return utc - ahead(first, zone);
}

/** The day of a moment in a zone: "2026-11-22". */
export function dayOf(at: number, zone: string): string {
  const { year, month, day } = parts(at, zone);
  return `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
}

/** A day some days later or earlier. */
export function dayPlus(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

const STEPS = [60_000, 300_000, 600_000, 900_000, 1_800_000, HOUR_MS, 2 * HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS];

/** At most `most` full hours or midnights of the zone between two moments: what an axis shows. */
export function ticks(from: number, to: number, zone: string, most: number): number[] {
  const span = to - from;
  if (!(span > 0)) return [];
  const step = STEPS.find((one) => span / one <= most);
  if (step) {
    const shift = ahead(from, zone);
    const made = [];
    for (let at = Math.ceil((from + shift) / step) * step - shift; at <= to && made.length < most; at += step) made.push(at);
    return made;
  }
  const every = Math.ceil(span / DAY_MS / most);
  const made = [];
  for (let day = dayOf(from, zone); made.length < most; day = dayPlus(day, every)) {
    const at = dayStart(day, zone);
    if (at > to) break;
    if (at >= from) made.push(at);
  }
  return made;
}
