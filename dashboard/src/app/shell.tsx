/** Around every page: sidebar, top bar, bottom bar on a phone, keys, and the live connection of the company. */
import { Link, Outlet, useParams } from "@tanstack/react-router";
import { Menu as MenuIcon, PanelLeft, Search } from "lucide-react";
import { lazy, Suspense, useEffect, useState } from "react";
import { queries, readFailed } from "../api/queries";
import { useSession } from "../api/session";
import { connectLive, useLiveStatus, useNow } from "../live/hooks";
import { zoneName } from "../lib/time";
import { IconButton } from "../ui/button";
import { cx } from "../ui/cx";
import { Place } from "../ui/page";
import { Empty, ReadAgain } from "../ui/states";
import { Now, useFormats, Zone } from "../ui/when";
import { Companies } from "./companies";
import { Bell } from "./bell";
import { Connection } from "./connection";
import { useKeys } from "./keys";
import { Links, useCurrentPath } from "./links";
import { PAGES, type PageName } from "./nav";
import { useShellTexts } from "./texts";
import { UserMenu } from "./user-menu";

const Palette = lazy(() => import("./palette"));
const KeysHelp = lazy(() => import("./keys-help"));
const MorePages = lazy(() => import("./more-pages"));
const SignInAgain = lazy(() => import("../features/sign-in/again"));
const NARROW = "masteria.narrow";
/** What a phone's bar holds, as far as it exists; everything else is behind "more". */
/** A fifth of a phone's width has room for nine letters. */
const SHORT: Partial<Record<PageName, "home" | "inbox" | "queueShort">> = { overview: "home", conversations: "inbox", queue: "queueShort" };
const THUMB: string[] = ["overview", "events", "campaigns", "conversations", "queue", "sessions", "webhooks"];

export function Shell() {
  const { company, expired } = useSession();
  const t = useShellTexts();
  useEffect(() => (company ? connectLive() : undefined), [company]);
  useEffect(() => () => queries.clear(), [company?.id]);
  if (!company) return <main className="p-8"><h1 className="sr-only">{t("noCompany")}</h1><Empty title={t("noCompany")}>{t("noCompanyText")}</Empty></main>;
  return (
    <Zone value={company.time_zone}>
      <Place value={company.name}><Minutes><ReadAgain value={readFailed}><Frame key={company.id} /></ReadAgain></Minutes></Place>
      <Back />
      {expired && <Suspense><SignInAgain /></Suspense>}
    </Zone>
  );
}

/** Once the server answers again, what failed is read again without a press. */
function Back() {
  const { phase } = useLiveStatus();
  useEffect(() => { if (phase === "live") readFailed(); }, [phase]);
  return null;
}

function Minutes({ children }: { children: React.ReactNode }) {
  return <Now value={useNow(10_000)}>{children}</Now>;
}

function Frame() {
  const t = useShellTexts();
  const { company } = useParams({ strict: false }) as { company: string };
  const [narrow, setNarrow] = useState(() => localStorage.getItem(NARROW) === "1");
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const fold = () => setNarrow((now) => { localStorage.setItem(NARROW, now ? "0" : "1"); return !now; });
  useKeys(company, { palette: () => setPalette(true), help: () => setHelp(true), fold });
  return (
    <div className="flex min-h-dvh">
      <a href="#content" className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-control focus:bg-accent focus:px-4 focus:py-2 focus:text-white">{t("skip")}</a>
      <nav aria-label={t("navigation")} className={cx("sticky top-0 hidden h-dvh shrink-0 flex-col border-r border-line bg-surface lg:flex", narrow ? "w-14" : "w-60")}>
        <div className="flex h-12 items-center px-2"><Companies narrow={narrow} /></div>
        <div className="grow overflow-y-auto px-2 pb-4"><Links narrow={narrow} /></div>
      </nav>
      <div className="flex min-w-0 grow flex-col pb-14 lg:pb-0">
        <header className="sticky top-0 z-30 flex h-12 items-center gap-1 border-b border-line bg-surface px-2 lg:px-4">
          <IconButton label={narrow ? t("expand") : t("collapse")} aria-keyshortcuts="Control+B" onClick={fold} className="!hidden lg:!inline-flex"><PanelLeft size={16} /></IconButton>
          <div className="lg:hidden"><Companies narrow={false} /></div>
          <div className="grow" />
          <Connection />
          <Bell />
          <IconButton label={t("palette")} aria-keyshortcuts="Control+K" onClick={() => setPalette(true)}><Search size={16} /></IconButton>
          <UserMenu onKeys={() => setHelp(true)} />
        </header>
        <main id="content" tabIndex={-1} className="w-full min-w-0 grow px-3 pb-6 outline-none sm:px-6"><Outlet /></main>
        <Foot />
      </div>
      <BottomBar />
      {palette && <Suspense><Palette onClose={() => setPalette(false)} /></Suspense>}
      {help && <Suspense><KeysHelp onClose={() => setHelp(false)} /></Suspense>}
    </div>
  );
}

function BottomBar() {
  const t = useShellTexts();
  const current = useCurrentPath();
  const { company } = useParams({ strict: false }) as { company: string };
  const [more, setMore] = useState(false);
  const pages = THUMB.flatMap((name) => PAGES.filter((page) => page.name === name)).slice(0, 4);
  const cell = "flex h-14 min-w-0 grow basis-0 flex-col items-center justify-center gap-0.5 text-[11px]";
  return (
    <nav aria-label={t("navigation")} className="fixed inset-x-0 bottom-0 z-30 flex border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] lg:hidden">
      {pages.map(({ name, path, icon: Icon }) => (
        <Link key={name} to={`/c/${company}${path && `/${path}`}` as string} aria-current={current === path ? "page" : undefined} className={cx(cell, current === path ? "text-accent-fg" : "text-muted")}>
          <Icon size={20} strokeWidth={1.75} aria-hidden />
          <span className="max-w-full truncate px-0.5">{t(SHORT[name] ?? name)}</span>
        </Link>
      ))}
      {PAGES.length > pages.length && (
        <button type="button" aria-haspopup="dialog" aria-expanded={more} onClick={() => setMore(true)} className={cx(cell, pages.some((page) => page.path === current) ? "text-muted" : "text-accent-fg")}>
          <MenuIcon size={20} strokeWidth={1.75} aria-hidden />
          <span className="max-w-full truncate px-0.5">{t("more")}</span>
        </button>
      )}
      {more && <Suspense><MorePages onClose={() => setMore(false)} /></Suspense>}
    </nav>
  );
}

function Foot() {
  const t = useShellTexts();
  const { language, zone } = useFormats();
  return <footer className="px-6 py-2 text-right text-caption text-faint">{t("zone", { zone: zoneName(language, zone) })}</footer>;
}
