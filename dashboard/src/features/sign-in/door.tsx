/** The frame of what stands outside the shell: one card, language and theme in the corner. */
import { Moon, Sun } from "lucide-react";
import { useEffect, useState, type ReactNode } from "react";
import { useLanguage } from "../../i18n";
import { Button, IconButton } from "../../ui/button";
import { useTheme } from "../../ui/theme";
import { pickLanguage, pickTheme } from "./taste";
import { useSignInTexts } from "./texts";

export function Door({ title, children, below }: { title: string; children: ReactNode; below?: ReactNode }) {
  const t = useSignInTexts();
  const language = useLanguage();
  const theme = useTheme();
  const dark = theme === "dark" || (theme === "system" && document.documentElement.dataset.theme === "dark");
  useEffect(() => { document.title = `${title} — Master IA`; }, [title]);
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="absolute top-3 right-3 flex gap-1">
        <IconButton label={dark ? t("light") : t("dark")} onClick={() => pickTheme(dark ? "light" : "dark")}>{dark ? <Sun size={16} /> : <Moon size={16} />}</IconButton>
        <Button kind="quiet" onClick={() => pickLanguage(language === "en" ? "pt-BR" : "en")}>{t("language")}</Button>
      </div>
      <div className="w-full max-w-90">
        <div className="mb-6 flex items-center gap-3"><img src="/icon.svg" alt="" width={36} height={36} /><div><p className="text-card font-semibold">{"Master IA"}</p><p className="text-table text-muted">{t("subtitle")}</p></div></div>
        <div className="card p-6">
          <h1 className="mb-4 text-page">{title}</h1>
          {children}
        </div>
        {below}
      </div>
    </main>
  );
}

/** What stands behind # in a link: it never reaches a server's log. Read once and taken out of the address bar. */
export function useToken(): string {
  const [token] = useState(() => decodeURIComponent(location.hash.slice(1)));
  useEffect(() => { if (location.hash) history.replaceState(history.state, "", location.pathname + location.search); }, []);
  return token;
}
