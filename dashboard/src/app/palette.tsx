/** Ctrl+K: pages, actions, companies, and a typed order, phone or id as a search for events. */
import { useNavigate, useParams } from "@tanstack/react-router";
import { Command } from "cmdk";
import { Dialog } from "radix-ui";
import { useState } from "react";
import { useSession } from "../api/session";
import { setLanguage, useLanguage } from "../i18n";
import { PAGES } from "./nav";
import { useShellTexts } from "./texts";
import { setTheme } from "../ui/theme";
import { signOut } from "./user-menu";

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ITEM = "flex h-9 items-center gap-3 rounded px-2 text-table data-[selected=true]:bg-accent-soft data-[selected=true]:text-accent-fg";

export default function Palette({ onClose }: { onClose: () => void }) {
  const t = useShellTexts();
  const navigate = useNavigate();
  const { companies } = useSession();
  const language = useLanguage();
  const { company } = useParams({ strict: false }) as { company: string };
  const [text, setText] = useState("");
  const go = (path: string, search: Record<string, string> = {}) => { onClose(); void navigate({ to: path as string, search: search as never }); };
  const typed = text.trim();
  const heading = "[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-caption [&_[cmdk-group-heading]]:text-faint";
  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="appear fixed inset-0 z-40 bg-[#0008]" />
        <Dialog.Content className="appear fixed top-[12dvh] left-1/2 z-50 w-[min(560px,94vw)] -translate-x-1/2 overflow-hidden rounded-dialog border border-line bg-raised shadow-float outline-none">
          <Dialog.Title className="sr-only">{t("palette")}</Dialog.Title>
          <Dialog.Description className="sr-only">{t("palettePlaceholder")}</Dialog.Description>
          <Command label={t("palette")}>
            <Command.Input value={text} onValueChange={setText} placeholder={t("palettePlaceholder")} className="h-12 w-full border-b border-line bg-transparent px-4 outline-none placeholder:text-faint" />
            <Command.List label={t("palette")} className={`max-h-[50dvh] overflow-y-auto p-2 ${heading}`}>
              <Command.Empty className="p-4 text-center text-muted">{t("paletteEmpty")}</Command.Empty>
              {typed && (
                <Command.Group heading={t("events")}>
                  {ID.test(typed) && <Command.Item forceMount value={`id ${typed}`} className={ITEM} onSelect={() => go(`/c/${company}/events/${typed}`)}>{typed}</Command.Item>}
                  {/^\+?[\d\s()-]{8,}$/.test(typed) && <Command.Item value={`phone ${typed}`} className={ITEM} onSelect={() => go(`/c/${company}/events`, { phone: typed.replace(/[\s()-]/g, "") })}>{`phone:${typed}`}</Command.Item>}
                  <Command.Item value={`order ${typed}`} className={ITEM} onSelect={() => go(`/c/${company}/events`, { order_id: typed })}>{`order_id:${typed}`}</Command.Item>
                </Command.Group>
              )}
              <Command.Group heading={t("pages")}>
                {PAGES.map(({ name, path, icon: Icon }) => <Command.Item key={name} value={t(name)} className={ITEM} onSelect={() => go(`/c/${company}${path && `/${path}`}`)}><Icon size={16} aria-hidden />{t(name)}</Command.Item>)}
              </Command.Group>
              <Command.Group heading={t("actions")}>
                {(["light", "dark", "system"] as const).map((theme) => <Command.Item key={theme} className={ITEM} value={`${t("theme")} ${t(theme)}`} onSelect={() => { setTheme(theme); onClose(); }}>{`${t("theme")}: ${t(theme)}`}</Command.Item>)}
                <Command.Item className={ITEM} onSelect={() => { setLanguage(language === "en" ? "pt-BR" : "en"); onClose(); }}>{`${t("language")}: ${language === "en" ? "Português" : "English"}`}</Command.Item>
                <Command.Item className={ITEM} onSelect={() => void signOut()}>{t("signOut")}</Command.Item>
              </Command.Group>
              {companies.length > 1 && <Command.Group heading={t("companies")}>{companies.map((one) => <Command.Item key={one.id} value={`${one.name} ${one.id}`} className={ITEM} onSelect={() => go(`/c/${one.id}`)}>{one.name}</Command.Item>)}</Command.Group>}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
