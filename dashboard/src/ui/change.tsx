/** Change against the period before, coloured by what it means: more failures are no success. */
import { ArrowDown, ArrowUp, Minus } from "lucide-react";
import { cx } from "./cx";
import { useUiTexts } from "./texts";
import { useFormats } from "./when";

export function Change({ now, before, worse = false }: { now: number | null | undefined; before: number | null | undefined; worse?: boolean }) {
  const t = useUiTexts();
  const { percent } = useFormats();
  if (now == null || !before) return <span className="text-caption text-faint">{t("noBase")}</span>;
  const change = (now - before) / before;
  const Icon = change > 0 ? ArrowUp : change < 0 ? ArrowDown : Minus;
  const tone = change === 0 ? "text-muted" : change > 0 === !worse ? "text-success-fg" : "text-danger-fg";
  return <span className={cx("inline-flex items-center gap-1 text-caption tnum", tone)}><Icon size={12} aria-hidden />{change === 0 ? t("unchanged") : t(change < 0 ? "lessBy" : "moreBy", { share: percent(Math.abs(change)) })}</span>;
}
