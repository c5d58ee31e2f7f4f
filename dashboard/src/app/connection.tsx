/** The dot, its words and its age: whether what one sees is the present. */
import { useEffect, useState } from "react";
import { live, reconnectNow, useLiveStatus, useNow } from "../live/hooks";
import { Button } from "../ui/button";
import { cx } from "../ui/cx";
import { Facts } from "../ui/page";
import { Popover } from "../ui/popover";
import { seconds } from "../lib/numbers";
import { useFormats } from "../ui/when";
import { useShellTexts } from "./texts";

const DOTS = { live: "bg-success-fg", late: "bg-warning-fg", connecting: "bg-warning-fg", waiting: "bg-danger-fg", paused: "bg-[var(--fg-faint)]" };

export function Connection() {
  const t = useShellTexts();
  const formats = useFormats();
  const status = useLiveStatus();
  const now = useNow();
  const [said, say] = useState("");
  const heard = status.heardAt;
  const age = heard === null ? null : Math.max(0, now - heard);
  const aged = age === null ? "" : seconds(age, formats.language);
  const lost = status.phase === "waiting" && age !== null && age > 30_000;
  const words = lost && heard ? t("offline", { at: formats.clock(new Date(heard)) }) : status.phase === "waiting" ? t("waiting", { n: String(status.attempt) }) : t(status.phase);
  useEffect(() => say(words), [words]);
  return (
    <>
      <span role="status" className="sr-only">{said}</span>
      <Popover
        label={t("connection")}
        trigger={
          <button type="button" className="control !px-2 text-muted hover:bg-sunken" data-phase={status.phase}>
            <span aria-hidden className={cx("h-2.5 w-2.5 shrink-0 rounded-full", DOTS[status.phase])} />
            <span className="sr-only">{`${t("connection")}: `}</span>
            <span className="sr-only sm:not-sr-only">{words}</span>
            {aged && !lost && <span className="tnum min-w-9 text-left text-caption">{aged}</span>}
          </button>
        }
      >
        <div className="w-72 space-y-3 p-4">
          <Facts rows={[[t("lastUpdate"), aged || "—"], [t("latency"), status.latencyMs === null ? "—" : <span key="ms" className="tnum">{`${Math.round(status.latencyMs)} ms`}</span>], [t("attempts"), String(status.attempt)]]} />
          <div className="flex gap-2">
            {status.phase === "waiting" && <Button onClick={reconnectNow}>{t("tryNow")}</Button>}
            <Button onClick={() => live.hold(!live.holding)}>{status.phase === "paused" ? t("resume") : t("pause")}</Button>
          </div>
        </div>
      </Popover>
    </>
  );
}
