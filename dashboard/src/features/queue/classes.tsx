/** Open dead letters by class and code: what it means, what to do, and the one button for it. */
import type { DeadLetterSummary } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { Button } from "../../ui/button";
import { Chip } from "../../ui/status";
import { useFormats, When } from "../../ui/when";
import { useQueueTexts } from "./texts";

export type LetterClass = DeadLetterSummary["classes"][number];
/** Where a retry as it is would fail the same way, the button is to discard. */
const NOT_AGAIN = new Set(["suppress", "permanent"]);

export function Classes({ classes, picked, onPick, onAct }: { classes: LetterClass[]; picked: (one: LetterClass) => boolean; onPick: (one: LetterClass | null) => void; onAct?: (action: "retry" | "discard", one: LetterClass) => void }) {
  const t = useQueueTexts();
  const say = useWords();
  const { count } = useFormats();
  return (
    <ul className="grid grid-cols-1 gap-3 md:grid-cols-2 2xl:grid-cols-3" aria-label={t("byClass")}>
      {classes.map((one) => {
        const retry = !NOT_AGAIN.has(one.class);
        const chosen = picked(one);
        return (
          <li key={`${one.kind} ${one.class} ${one.code ?? ""}`} className="card flex flex-col gap-2 p-3" data-class={one.class}>
            <div className="flex items-start justify-between gap-3">
              <p className="min-w-0 font-medium first-letter:uppercase">{say(one.code_text) ?? say(one.class_text) ?? one.class}</p>
              <span className="shrink-0 text-card font-semibold tnum">{count(one.count)}</span>
            </div>
            <p className="flex flex-wrap items-center gap-2 text-caption text-muted"><Chip>{t(one.kind)}</Chip>{one.code && <code>{one.code}</code>}<span>{t("last")} <When at={one.newest_at} /></span></p>
            <p className="grow text-table text-muted first-letter:uppercase">{say(one.advice)}</p>
            <div className="flex flex-wrap gap-2">
              <Button className="!h-7" aria-pressed={chosen} onClick={() => onPick(chosen ? null : one)}>{chosen ? t("seeAll") : t("see")}</Button>
              {onAct && <Button className="!h-7" kind={retry ? "primary" : "plain"} onClick={() => onAct(retry ? "retry" : "discard", one)}>{retry ? t("retry") : t("discard")}</Button>}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
