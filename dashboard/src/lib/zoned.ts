/** Wall-clock times of a zone and moments, for `<input type="datetime-local">`. */
const cache = new Map<string, Intl.DateTimeFormat>();

function wall(at: number, zone: string): number {
  let format = cache.get(zone);
  if (!format) cache.set(zone, (format = new Intl.DateTimeFormat("en-CA", { timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" })));
  const part = Object.fromEntries(format.formatToParts(at).map((one) => [one.type, one.value]));
  return Date.parse(`${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}Z`);
}

/** "2026-12-01T09:00" of a zone as a moment; an hour that the clocks skip becomes the one after. */
export function momentOf(local: string, zone: string): string | null {
  const wanted = Date.parse(`${local}${local.length === 16 ? ":00" : ""}Z`);
  if (Number.isNaN(wanted)) return null;
  let at = wanted;
  for (let round = 0; round < 3; round++) at += wanted - wall(at, zone);
  return new Date(at).toISOString();
}

/** A moment as "2026-12-01T09:00" of a zone; "" of nothing. */
export function localOf(moment: string | null | undefined, zone: string): string {
  if (!moment || Number.isNaN(Date.parse(moment))) return "";
  return new Date(wall(Math.floor(Date.parse(moment) / 1000) * 1000, zone)).toISOString().slice(0, 16);
}
