import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { setLanguage, useLanguage } from "../../i18n";
import type { Search } from "../../lib/search";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { SignInForm } from "./form";
import { useSignInTexts } from "./texts";

const HERE = /^(localhost|127\.|\[::1\])/;

export function SignIn() {
  const t = useSignInTexts();
  const language = useLanguage();
  const navigate = useNavigate();
  const [search] = useUrlState() as [Search, unknown];
  useEffect(() => { document.title = `${t("title")} — Master IA`; });
  // Only a path of ours: an address from outside must not become the place where one lands.
  const next = search.next && /^\/c\/[0-9a-f-]{36}(\/|\?|$)/.test(search.next) ? search.next : "/";
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="absolute top-3 right-3"><Button kind="quiet" onClick={() => setLanguage(language === "en" ? "pt-BR" : "en")}>{t("language")}</Button></div>
      <div className="w-full max-w-90">
        <div className="mb-6 flex items-center gap-3"><img src="/icon.svg" alt="" width={36} height={36} /><div><p className="text-card font-semibold">{"Master IA"}</p><p className="text-table text-muted">{t("subtitle")}</p></div></div>
        <div className="card p-6">
          <h1 className="mb-4 text-page">{t("title")}</h1>
          <SignInForm onDone={() => void navigate({ to: next as string, replace: true })} />
        </div>
        {HERE.test(location.host) && <p className="mt-4 text-caption text-muted">{t("demo")}</p>}
      </div>
    </main>
  );
}
