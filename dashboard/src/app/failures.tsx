import { Button } from "../ui/button";
import { ErrorBox } from "../ui/states";
import { useShellTexts } from "./texts";

export function NotFound() {
  const t = useShellTexts();
  return (
    <main className="mx-auto flex max-w-120 flex-col items-start gap-3 p-8">
      <h1 className="text-page">{t("notFound")}</h1>
      <p className="text-muted">{t("notFoundText")}</p>
      <a className="control bg-accent text-white" href="/">{t("backHome")}</a>
    </main>
  );
}

/** A page that threw; the shell around it stays. */
export function Failed({ error, reset }: { error: unknown; reset?: () => void }) {
  const t = useShellTexts();
  return (
    <main className="mx-auto w-full max-w-180 space-y-3 p-6">
      <h1 className="text-page">{t("failed")}</h1>
      <ErrorBox error={error} />
      <Button onClick={() => (reset ? reset() : location.reload())}>{t("reload")}</Button>
    </main>
  );
}
