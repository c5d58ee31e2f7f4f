import { memo } from "react";

/** A trend of up to 60 points drawn by hand: it costs a fraction of a chart and says nothing to a screen reader. */
export const Spark = memo(function Spark({ values, tone = "var(--accent-fg)" }: { values: (number | null)[]; tone?: string }) {
  const known = values.filter((value): value is number => value != null);
  if (known.length < 2) return <svg aria-hidden className="h-8 w-full" />;
  const top = Math.max(...known, 1);
  const step = 100 / Math.max(1, values.length - 1);
  let path = "";
  values.forEach((value, index) => {
    if (value == null) return;
    path += `${path && values[index - 1] != null ? "L" : "M"}${(index * step).toFixed(2)} ${(30 - (value / top) * 28).toFixed(2)}`;
  });
  return <svg aria-hidden viewBox="0 0 100 32" preserveAspectRatio="none" className="h-8 w-full overflow-visible"><path d={path} fill="none" stroke={tone} strokeWidth="1.5" vectorEffect="non-scaling-stroke" /></svg>;
});
