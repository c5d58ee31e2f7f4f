/** Periods in URLs stay relative ("24h"), so that a shared link shows the present; a request gets fixed times. */
export const RANGES = ["5m", "1h", "24h", "7d", "30d"] as const;
export type Range = (typeof RANGES)[number];

const MINUTE = 60_000;
export const RANGE_MS: Record<Range, number> = {
  "5m": 5 * MINUTE, "1h": 60 * MINUTE, "24h": 1440 * MINUTE, "7d": 7 * 1440 * MINUTE, "30d": 30 * 1440 * MINUTE,
};
/** How long a step of a range's series is, in the words of the API. */
export const RANGE_STEP: Record<Range, "minute" | "hour" | "day"> = {
  "5m": "minute", "1h": "minute", "24h": "hour", "7d": "hour", "30d": "day",
};

export function asRange(text: string | undefined, otherwise: Range = "24h"): Range {
  return RANGES.find((one) => one === text) ?? otherwise;
}

/** "now-24h" or an RFC 3339 time, as a fixed time. */
export function asMoment(text: string, now: number): string | undefined {
  const relative = /^now-(\d{1,4})([mhd])$/.exec(text);
  if (relative) {
    const unit = { m: MINUTE, h: 60 * MINUTE, d: 1440 * MINUTE }[relative[2] as "m" | "h" | "d"];
    return new Date(now - Number(relative[1]) * unit).toISOString();
  }
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
