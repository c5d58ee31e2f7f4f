/** What a page shows instead of its data: a skeleton that ends, an error that keeps old data, and three kinds of nothing. */
import { CircleAlert, Inbox, SearchX } from "lucide-react";
import { createContext, useContext, useEffect, useState, type ReactNode } from "react";
import { useLanguage } from "../i18n";
import { Button } from "./button";
import { CopyButton } from "./copy";
import { cx } from "./cx";
import { useUiTexts } from "./texts";

/** Nothing for 150 ms, then grey lines of the final geometry; after ten seconds it says that something is wrong. */
export function Skeleton({ rows = 8, height = 40, onRetry }: { rows?: number; height?: number; onRetry?: () => void }) {
  const t = useUiTexts();
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), 10_000);
    return () => clearTimeout(timer);
  }, []);
  if (slow) return <ErrorBox text={t("errorSlow")} onRetry={onRetry} />;
  return (
    <div role="status" aria-label={t("loading")} className="late p-4">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="flex items-center" style={{ height }}><div className={cx("h-3 rounded bg-sunken", row % 3 === 0 ? "w-4/5" : row % 3 === 1 ? "w-3/5" : "w-2/3")} /></div>
      ))}
    </div>
  );
}

/** What an error is, without leaning on the API's module: `Problem` fits it. */
interface Told { status?: number; detail?: string; detailPt?: string | null; requestId?: string | null; message?: string }

export function useErrorText(): (error: unknown) => string {
  const t = useUiTexts();
  const language = useLanguage();
  return (error) => {
    const { status = 0, detail, detailPt } = (error ?? {}) as Told;
    if (status === 0 || status === 503 || status === 502) return t("errorAway");
    if (status === 403) return t("errorForbidden");
    if (status === 404) return t("errorMissing");
    if (status >= 500) return t("errorInternal");
    return detail ? (language === "en" ? detail : detailPt ?? detail) : t("errorOther");
  };
}

/** Reads again whatever a page could not read; who knows the API gives it. */
export const ReadAgain = createContext<(() => void) | undefined>(undefined);

/** Without `onRetry` what the page could not read is read again; null: nothing is to be read, what was refused is tried again by its own button. */
export function ErrorBox({ error, title, text, since, onRetry }: { error?: unknown; title?: string; text?: string; since?: string; onRetry?: (() => void) | null }) {
  const t = useUiTexts();
  const words = useErrorText();
  const { requestId, status = 0 } = (error ?? {}) as Told;
  const again = useContext(ReadAgain);
  const passing = error != null && (status === 0 || status >= 500);
  const retry = onRetry === null ? undefined : onRetry ?? (passing ? again : undefined);
  return (
    <div role="alert" className="flex flex-wrap items-center gap-x-4 gap-y-2 rounded-control bg-danger-soft px-4 py-3 text-danger-fg">
      <CircleAlert size={16} aria-hidden className="shrink-0" />
      <p className="min-w-0 grow basis-60">
        <strong className="font-semibold">{title ?? t("errorTitle")}</strong>{". "}{text ?? words(error)}{since ? ` ${t("errorOld", { at: since })}` : ""}
      </p>
      {requestId && <span className="flex items-center gap-1 text-caption">{t("requestId")} <code>{requestId}</code><CopyButton text={requestId} /></span>}
      {retry && <Button onClick={() => { retry(); again?.(); }}>{t("retry")}</Button>}
    </div>
  );
}

export function Empty({ title, children, action, kind = "first" }: { title: string; children?: ReactNode; action?: ReactNode; kind?: "first" | "good" }) {
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-12 text-center" data-empty={kind}>
      <Inbox size={24} className="text-faint" aria-hidden />
      <p className="text-card font-semibold">{title}</p>
      <div className="max-w-[min(72ch,100%)] space-y-3 text-muted">{children}</div>
      {action}
    </div>
  );
}

export function NoMatch({ onClear }: { onClear: () => void }) {
  const t = useUiTexts();
  return (
    <div className="flex flex-col items-center gap-3 px-6 py-12 text-center" data-empty="no-match">
      <SearchX size={24} className="text-faint" aria-hidden />
      <p className="text-card font-semibold">{t("noMatchTitle")}</p>
      <p className="text-muted">{t("noMatchText")}</p>
      <Button onClick={onClear}>{t("clearFilters")}</Button>
    </div>
  );
}

export function RefetchBar({ on }: { on: boolean }) {
  return <div aria-hidden className="h-0.5 overflow-hidden">{on && <div className="late h-full w-1/4 bg-accent [animation:slide_1.1s_linear_infinite]" />}</div>;
}
