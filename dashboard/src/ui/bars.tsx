/** Bars with links: funnels, reasons, codes, budgets. A list with widths costs nothing to draw and is read as a list. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

export interface BarRow {
  key: string;
  name: ReactNode;
  value: number;
  /** What stands on the right: "8.120 · 65,3 %". */
  text: string;
  tone?: string;
  /** Where the people or events behind the number are. */
  to?: string;
  search?: Record<string, string>;
  onPick?: () => void;
  picked?: boolean;
}

/** `top` is what the full width means; without it the longest bar is full. */
export function Bars({ rows, label, top }: { rows: BarRow[]; label: string; top?: number }) {
  const most = Math.max(1, top ?? Math.max(0, ...rows.map((row) => row.value)));
  return (
    <ul aria-label={label} className="space-y-1">
      {rows.map((row) => {
        const inside = (
          <>
            <span className="flex justify-between gap-3 text-table"><span className="min-w-0 truncate">{row.name}</span><span className="shrink-0 tnum text-muted">{row.text}</span></span>
            <Bar share={row.value / most} tone={row.tone} />
          </>
        );
        const look = "block w-full rounded px-1 py-0.5 text-left hover:bg-sunken aria-pressed:bg-accent-soft aria-[current=true]:bg-accent-soft";
        return (
          <li key={row.key}>
            {row.to ? <Link to={row.to as string} search={(row.search ?? {}) as never} aria-current={row.picked ? "true" : undefined} className={look}>{inside}</Link>
              : row.onPick ? <button type="button" aria-pressed={row.picked ?? false} onClick={row.onPick} className={look}>{inside}</button>
                : <div className="px-1 py-0.5">{inside}</div>}
          </li>
        );
      })}
    </ul>
  );
}

/** One bar without words; the words stand beside it. */
export function Bar({ share, tone = "var(--accent)" }: { share: number; tone?: string }) {
  return (
    <svg aria-hidden viewBox="0 0 100 6" preserveAspectRatio="none" className="mt-1 block h-1.5 w-full">
      <rect width="100" height="6" rx="1" fill="var(--sunken)" />
      <rect width={Math.max(0, Math.min(1, Number.isFinite(share) ? share : 0)) * 100} height="6" fill={tone} />
    </svg>
  );
}
