/** How far something is: one bar in segments, read as a progress bar, with its numbers in words beside it. */
import { useFormats } from "./when";

export interface Segment { key: string; name: string; value: number; tone: string }

export const SEGMENT_TONES = { done: "var(--series-delivered)", sent: "var(--series-sent)", held: "var(--series-held)", failed: "var(--series-failed)", skipped: "var(--series-skipped)", uncertain: "var(--series-uncertain)" };

/** Where each segment begins and how wide it is, in hundredths; together never more than a hundred. */
export function widths(values: number[], total: number): { from: number; wide: number }[] {
  const whole = Math.max(total, values.reduce((sum, value) => sum + value, 0), 1);
  let from = 0;
  return values.map((value) => {
    const wide = (Math.max(0, value) / whole) * 100;
    const made = { from, wide };
    from += wide;
    return made;
  });
}

/** `segments` are parts of `total`; what is missing is still to come. `legend` names them below, for a card. */
export function Progress({ label, segments, total, legend = false, thin = false }: { label: string; segments: Segment[]; total: number; legend?: boolean; thin?: boolean }) {
  const { count } = useFormats();
  const done = segments.reduce((sum, one) => sum + one.value, 0);
  const places = widths(segments.map((one) => one.value), total);
  const text = `${count(done)}/${count(total)}`;
  const shown = segments.filter((one) => one.value > 0);
  return (
    <div className="min-w-24">
      <div role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={Math.max(total, done)} aria-valuenow={done} aria-valuetext={[text, ...shown.map((one) => `${one.name} ${count(one.value)}`)].join(", ")}>
        <svg aria-hidden viewBox="0 0 100 8" preserveAspectRatio="none" className={thin ? "block h-1.5 w-full" : "block h-2 w-full"}>
          <rect width="100" height="8" fill="var(--sunken)" />
          {segments.map((one, at) => <rect key={one.key} x={places[at]!.from} width={places[at]!.wide} height="8" fill={one.tone} />)}
        </svg>
      </div>
      <p className="mt-1 flex flex-wrap gap-x-3 text-caption text-muted tnum">
        <span>{text}</span>
        {legend && shown.map((one) => (
          <span key={one.key} className="inline-flex items-center gap-1"><svg aria-hidden viewBox="0 0 8 8" className="h-2 w-2"><rect width="8" height="8" rx="2" fill={one.tone} /></svg>{`${one.name} ${count(one.value)}`}</span>
        ))}
      </p>
    </div>
  );
}
