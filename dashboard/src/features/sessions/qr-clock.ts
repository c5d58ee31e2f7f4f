/** Which linking code may be on the screen: never one whose time is over, whatever the clocks of both sides say. */
export interface Shown {
  code: string;
  svg: string;
  /** Both by this machine's clock. */
  fromMs: number;
  untilMs: number;
}
export interface Told { state: string; qr?: string | null; qr_svg?: string | null; qr_left_ms?: number | null; pair_code?: string | null }

/** What is shown once an answer has come at `nowMs`, having been asked for at `askedMs`: the way counts against the code. */
export function nextShown(before: Shown | null, told: Told, askedMs: number, nowMs: number): Shown | null {
  if (told.state !== "pairing" || !told.qr || !told.qr_svg || told.pair_code || told.qr_left_ms == null) return null;
  const untilMs = askedMs + told.qr_left_ms;
  if (untilMs <= nowMs) return null;
  if (before?.code === told.qr) return { ...before, untilMs: Math.min(before.untilMs, untilMs) };
  return { code: told.qr, svg: told.qr_svg, fromMs: nowMs, untilMs };
}

/** How much of its time a code still has, from 1 down to 0. */
export function leftShare(shown: Shown, nowMs: number): number {
  const whole = shown.untilMs - shown.fromMs;
  return whole <= 0 ? 0 : Math.max(0, Math.min(1, (shown.untilMs - nowMs) / whole));
}

/** When to ask again: at once when a code ends, else every second. */
export function askAgainMs(shown: Shown | null, nowMs: number): number {
  return shown ? Math.max(50, Math.min(1_000, shown.untilMs - nowMs)) : 1_000;
}
