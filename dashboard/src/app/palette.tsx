/** Ctrl+K: what the server finds, pages, actions, companies, and what was opened last. */
import { useNavigate, useParams } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Dialog } from "radix-ui";
import { useState } from "react";
import { keepTaste } from "../api/profile";
import { useSession } from "../api/session";
import { setLanguage, useLanguage } from "../i18n";
import { setTheme } from "../ui/theme";
import { PAGES } from "./nav";
import { foundTarget } from "./notice-target";
import { keepRecent, readRecent, type Recent } from "./recent";
import { useSearch } from "./search";
import { useShellTexts } from "./texts";
import { signOut } from "./user-menu";

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ITEM = "flex min-h-9 items-center gap-3 rounded px-2 py-1 text-table data-[selected=true]:bg-accent-soft data-[selected=true]:text-accent-fg pointer-coarse:min-h-11";
const HEADING = "[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-caption [&_[cmdk-group-heading]]:text-faint";
const KINDS = { event: "kind_event", message: "kind_message", contact: "kind_contact", campaign: "kind_campaign", rule: "kind_rule", template: "kind_template", webhook: "kind_webhook", session: "kind_session" } as const;

/** Of our own words only what matches is shown; what the server found is shown as it is. */
const fits = (words: string, typed: string) => words.toLowerCase().includes(typed.toLowerCase());

export default function Palette({ onClose }: { onClose: () => void }) {
  const t = useShellTexts();
  const navigate = useNavigate();
  const { companies } = useSession();
  const language = useLanguage();
  const { company } = useParams({ strict: false }) as { company: string };
  const [text, setText] = useState("");
  const typed = text.trim();
  const found = useSearch(typed);
  const [recent] = useState(() => readRecent(company));
  const kind = (name: string) => (name in KINDS ? t(KINDS[name as keyof typeof KINDS]) : name);
  const go = (path: string, search: Record<string, string> = {}) => { onClose(); void navigate({ to: path as string, search: search as never }); };
  const open = (one: Recent) => {
    const target = foundTarget(one.kind, one.id);
    if (!target) return;
    keepRecent(company, one);
    go(`/c/${company}/${target.path}`, target.search);
  };
  const thing = (one: Recent, where: string) => (
    <Command.Item key={`${where} ${one.kind} ${one.id}`} value={`${where} ${one.kind} ${one.id}`} className={ITEM} onSelect={() => open(one)}>
      <span className="w-20 shrink-0 text-caption text-muted">{kind(one.kind)}</span>
      <span className="min-w-0 grow truncate">{one.title}</span>
      {one.subtitle && <span className="max-w-40 truncate text-caption text-muted">{one.subtitle}</span>}
    </Command.Item>
  );
  const things = typed.length >= 2 ? (found.data?.data ?? []).filter((one) => foundTarget(one.kind, one.id)) : [];
  const pages = PAGES.filter((page) => fits(t(page.name), typed));
  const actions = [
    ...(["light", "dark", "system"] as const).map((theme) => ({ words: `${t("theme")}: ${t(theme)}`, run: () => { setTheme(theme); keepTaste({ theme }); onClose(); } })),
    { words: `${t("language")}: ${language === "en" ? "Português" : "English"}`, run: () => { const next = language === "en" ? "pt-BR" : "en"; setLanguage(next); keepTaste({ language: next }); onClose(); } },
    { words: t("signOut"), run: () => void signOut() },
  ].filter((one) => fits(one.words, typed));
  const others = companies.length > 1 ? companies.filter((one) => one.id !== company && fits(one.name, typed)) : [];
  const asPhone = /^\+?[\d\s()-]{8,}$/.test(typed) ? typed.replace(/[\s()-]/g, "") : null;
  return (
    <Dialog.Root open onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="appear fixed inset-0 z-40 bg-[#0008]" />
        <Dialog.Content className="appear fixed top-[12dvh] left-1/2 z-50 w-[min(640px,94vw)] -translate-x-1/2 overflow-hidden rounded-dialog border border-line bg-raised shadow-float outline-none">
          <Dialog.Title className="sr-only">{t("palette")}</Dialog.Title>
          <Dialog.Description className="sr-only">{t("palettePlaceholder")}</Dialog.Description>
          <Command label={t("palette")} shouldFilter={false} loop>
            <Command.Input value={text} onValueChange={setText} maxLength={100} placeholder={t("palettePlaceholder")} className="h-12 w-full border-b border-line bg-transparent px-4 outline-none placeholder:text-faint" />
            <Command.List label={t("palette")} className={`max-h-[60dvh] overflow-y-auto p-2 ${HEADING}`}>
              {!found.isFetching && <Command.Empty className="p-4 text-center text-muted">{t("paletteEmpty")}</Command.Empty>}
              {!typed && recent.length > 0 && <Command.Group heading={t("recent")}>{recent.map((one) => thing(one, "recent"))}</Command.Group>}
              {things.length > 0 && <Command.Group heading={t("found")}>{things.map((one) => thing({ kind: one.kind, id: one.id, title: one.title, subtitle: one.subtitle }, "found"))}</Command.Group>}
              {typed.length >= 2 && <p role="status" className="px-2 text-caption text-muted">{found.isFetching ? t("searching") : found.error ? t("searchAway") : found.data?.incomplete.length ? t("searchIncomplete", { kinds: found.data.incomplete.map(kind).join(", ") }) : ""}</p>}
              {typed && (
                <Command.Group heading={t("events")}>
                  {ID.test(typed) && <Command.Item value="filter id" className={ITEM} onSelect={() => go(`/c/${company}/events/${typed}`)}>{typed}</Command.Item>}
                  {asPhone && <Command.Item value="filter phone" className={ITEM} onSelect={() => go(`/c/${company}/events`, { phone: asPhone })}>{`phone:${asPhone}`}</Command.Item>}
                  <Command.Item value="filter order" className={ITEM} onSelect={() => go(`/c/${company}/events`, { order_id: typed })}>{`order_id:${typed}`}</Command.Item>
                </Command.Group>
              )}
              {pages.length > 0 && <Command.Group heading={t("pages")}>{pages.map(({ name, path, icon: Icon }) => <Command.Item key={name} value={`page ${name}`} className={ITEM} onSelect={() => go(`/c/${company}${path && `/${path}`}`)}><Icon size={16} aria-hidden />{t(name)}</Command.Item>)}</Command.Group>}
              {actions.length > 0 && <Command.Group heading={t("actions")}>{actions.map((one) => <Command.Item key={one.words} value={`action ${one.words}`} className={ITEM} onSelect={one.run}>{one.words}</Command.Item>)}</Command.Group>}
              {others.length > 0 && <Command.Group heading={t("companies")}>{others.map((one) => <Command.Item key={one.id} value={`company ${one.id}`} className={ITEM} onSelect={() => go(`/c/${one.id}`)}>{one.name}</Command.Item>)}</Command.Group>}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
