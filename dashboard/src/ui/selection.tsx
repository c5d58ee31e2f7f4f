import type { ReactNode } from "react";
import { Button } from "./button";
import { NOBODY, type Marked } from "./marked";
import { useUiTexts } from "./texts";

interface Props {
  marked: Marked;
  onChange: (marked: Marked) => void;
  /** Set once all of the filter are meant, not only those that are loaded. */
  everyone: boolean;
  onEveryone: (on: boolean) => void;
  /** How many the filter has, in words; absent where the filter cannot be acted on. */
  total?: string;
  /** Why not all of the filter can be chosen. */
  note?: string;
  children: ReactNode;
}

/** Above a list once something is marked: how many, the way to all of the filter, and what can be done with them. */
export function SelectionBar({ marked, onChange, everyone, onEveryone, total, note, children }: Props) {
  const t = useUiTexts();
  if (marked.ids.size === 0 && !everyone) return null;
  return (
    <div role="region" aria-label={t("selection")} className="sticky top-24 z-10 mb-2 flex flex-wrap items-center gap-2 rounded-control border border-line bg-accent-soft px-3 py-1.5 text-table">
      <strong className="font-medium tnum" role="status">{everyone ? t("everyone", { total: total ?? "" }) : t("marked", { count: marked.ids.size })}</strong>
      {!everyone && total !== undefined && <Button kind="quiet" onClick={() => onEveryone(true)}>{t("chooseEveryone", { total })}</Button>}
      {!everyone && note && <span className="text-muted">{note}</span>}
      <span className="flex grow flex-wrap justify-end gap-2">{children}</span>
      <Button kind="quiet" onClick={() => { onEveryone(false); onChange(NOBODY); }}>{t("unmark")}</Button>
    </div>
  );
}
