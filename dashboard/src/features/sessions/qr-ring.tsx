/** A code with the ring of its own time. When that is over the code is gone in the same moment. */
import { useEffect, useRef, useState } from "react";
import { leftShare, type Shown } from "./qr-clock";
import { useSessionTexts } from "./texts";

const STEP_MS = 250;
const RADIUS = 18;
const ROUND = 2 * Math.PI * RADIUS;

export function QrRing({ shown, onOver }: { shown: Shown; onOver: () => void }) {
  const t = useSessionTexts();
  const [now, setNow] = useState(() => Date.now());
  const tell = useRef(onOver);
  useEffect(() => { tell.current = onOver; });
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), STEP_MS);
    const end = setTimeout(() => tell.current(), Math.max(0, shown.untilMs - Date.now()));
    return () => { clearInterval(timer); clearTimeout(end); };
  }, [shown.untilMs]);
  const left = Math.max(0, shown.untilMs - now);
  if (left === 0) return <p role="status" className="text-table text-muted">{t("waitingCode")}</p>;
  return (
    <div className="flex flex-col items-center gap-2" data-qr={shown.code}>
      <img src={`data:image/svg+xml,${encodeURIComponent(shown.svg)}`} alt={t("qrAlt")} width={256} height={256} className="h-64 w-64 rounded-control bg-white" />
      <span className="flex items-center gap-2 text-caption text-muted tnum">
        <svg aria-hidden viewBox="0 0 44 44" className="h-6 w-6 -rotate-90">
          <circle cx="22" cy="22" r={RADIUS} fill="none" stroke="var(--sunken)" strokeWidth="5" />
          <circle cx="22" cy="22" r={RADIUS} fill="none" stroke="var(--accent)" strokeWidth="5" strokeDasharray={ROUND} strokeDashoffset={ROUND * (1 - leftShare(shown, now))} />
        </svg>
        <span>{t("qrLeft", { s: Math.ceil(left / 1000) })}</span>
      </span>
    </div>
  );
}
