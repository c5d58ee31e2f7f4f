/** A trend of up to 60 points drawn by hand: it costs a fraction of a chart and says nothing to a screen reader. */
export function Spark({ values, tone = "var(--accent-fg)" }: { values: (number | null)[]; tone?: string }) {
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
}

/** Bars with links: funnels, reasons, codes, budgets. */
export function Bars({ rows, label }: { rows: { key: string; name: React.ReactNode; value: number; text: string; tone?: string }[]; label: string }) {
  const top = Math.max(1, ...rows.map((row) => row.value));
  return (
    <ul aria-label={label} className="space-y-2">
      {rows.map((row) => (
        <li key={row.key}>
          <div className="flex justify-between gap-3 text-table"><span>{row.name}</span><span className="tnum text-muted">{row.text}</span></div>
          <svg aria-hidden viewBox="0 0 100 6" preserveAspectRatio="none" className="mt-1 h-1.5 w-full"><rect width="100" height="6" rx="1" fill="var(--sunken)" /><rect width={(row.value / top) * 100} height="6" fill={row.tone ?? "var(--accent)"} /></svg>
        </li>
      ))}
    </ul>
  );
}
