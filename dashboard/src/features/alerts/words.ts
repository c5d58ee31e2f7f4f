/** An alert in one sentence, and its numbers in their unit. */
import { duration } from "../../lib/time";
import { useFormats } from "../../ui/when";
import { ABOUT, type Metric } from "./draft";
import { useAlertTexts } from "./texts";

export function useAlertWords() {
  const t = useAlertTexts();
  const { count, percent } = useFormats();
  const shown = (metric: Metric, value: number | null | undefined): string => {
    if (value == null) return "—";
    switch (ABOUT[metric].unit) {
      case "share": return percent(value);
      case "minutes": return duration(value * 60_000);
      case "seconds": return duration(value * 1000);
      case "ms": return duration(value);
      default: return count(value);
    }
  };
  const sentence = (alert: { metric: Metric; threshold: number; window_s: number }): string =>
    t(ABOUT[alert.metric].windowed ? "sentenceWindow" : "sentenceNow", { what: t(alert.metric), limit: shown(alert.metric, alert.threshold), window: duration(alert.window_s * 1000) });
  return { shown, sentence };
}
