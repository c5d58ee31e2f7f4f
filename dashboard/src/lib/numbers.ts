/** Numbers as people read them. Unknown is a dash and never zero. */
import type { Language } from "./time";

export const UNKNOWN = "—";
const whole = { "pt-BR": new Intl.NumberFormat("pt-BR"), en: new Intl.NumberFormat("en-GB") };
/** Made once each: a formatter costs as much as a hundred numbers that it writes. */
const both = (options: Intl.NumberFormatOptions) => ({ "pt-BR": new Intl.NumberFormat("pt-BR", options), en: new Intl.NumberFormat("en-GB", options) });
const short = both({ notation: "compact", maximumFractionDigits: 1 });
const tenths = both({ maximumFractionDigits: 1 });
const rounded = both({ maximumFractionDigits: 0 });
const fixed = both({ maximumFractionDigits: 1, minimumFractionDigits: 1 });

export function count(n: number | null | undefined, language: Language): string {
  return n == null ? UNKNOWN : whole[language].format(n);
}

/** Short from 100,000 on, for cards only: the exact number stands in the tooltip. */
export function compact(n: number | null | undefined, language: Language): string {
  if (n == null || Math.abs(n) < 100_000) return count(n, language);
  return short[language].format(n);
}

/** A share of 1 with one decimal, where 100 % and 0 % mean exactly that. */
export function percent(share: number | null | undefined, language: Language): string {
  if (share == null || Number.isNaN(share)) return UNKNOWN;
  const points = share * 100;
  const text = (n: number) => tenths[language].format(n);
  if (points > 0 && points < 0.1) return `< ${text(0.1)} %`;
  if (points < 100 && points > 99.9) return `${text(99.9)} %`;
  return `${text(points)} %`;
}

/** A rate per second: one decimal below ten. */
export function rate(perSecond: number | null | undefined, language: Language): string {
  if (perSecond == null) return UNKNOWN;
  return (perSecond < 10 ? tenths : rounded)[language].format(perSecond);
}

/** Money comes as text with two decimals, and stays exact: "1234.56" becomes "R$ 1.234,56" in both languages. */
export function money(text: string | null | undefined): string {
  if (text == null) return UNKNOWN;
  const [reais = "0", cents = "00"] = text.replace("-", "").split(".");
  const grouped = reais.replace(/\B(?=(\d{3})+$)/g, ".");
  return `${text.startsWith("-") ? "−" : ""}R$\u00a0${grouped},${cents.padEnd(2, "0").slice(0, 2)}`;
}

export function bytes(n: number | null | undefined, language: Language): string {
  if (n == null) return UNKNOWN;
  if (n < 1000) return `${n} B`;
  const [value, unit] = n < 1_000_000 ? [n / 1000, "KB"] : [n / 1_000_000, "MB"];
  return `${tenths[language].format(value)} ${unit}`;
}

/** An age that ticks: tenths of a second below ten. */
export function seconds(ms: number, language: Language): string {
  return `${ms < 10_000 ? fixed[language].format(ms / 1000) : rounded[language].format(Math.round(ms / 1000))} s`;
}
