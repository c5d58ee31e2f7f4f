import { useNavigate, useParams } from "@tanstack/react-router";
import { Keyboard, LogOut, Moon, Sun, SunMoon, User, UserCog } from "lucide-react";
import { api, read } from "../api/client";
import { keepTaste } from "../api/profile";
import { queries } from "../api/queries";
import { signedOut, useSession } from "../api/session";
import { setLanguage, useLanguage } from "../i18n";
import { IconButton } from "../ui/button";
import { Menu, MenuItem, MenuLabel, MenuLine } from "../ui/menu";
import { useShellTexts } from "./texts";
import { setTheme, useTheme, type Theme } from "../ui/theme";

const THEMES: [Theme, typeof Sun][] = [["light", Sun], ["dark", Moon], ["system", SunMoon]];

export async function signOut(): Promise<void> {
  try {
    await read(api.POST("/api/v1/auth/sign-out"));
  } finally {
    queries.clear();
    signedOut(true);
    location.assign("/sign-in");
  }
}

export function UserMenu({ onKeys }: { onKeys: () => void }) {
  const t = useShellTexts();
  const { user } = useSession();
  const theme = useTheme();
  const language = useLanguage();
  const navigate = useNavigate();
  const { company } = useParams({ strict: false }) as { company: string };
  return (
    <Menu trigger={<IconButton label={t("person")}><User size={16} /></IconButton>}>
      <MenuLabel>{user?.email}</MenuLabel>
      <MenuLine />
      <MenuLabel>{t("theme")}</MenuLabel>
      {THEMES.map(([name, Icon]) => <MenuItem key={name} checked={theme === name} icon={<Icon size={14} aria-hidden />} onSelect={() => { setTheme(name); keepTaste({ theme: name }); }}>{t(name)}</MenuItem>)}
      <MenuLine />
      <MenuLabel>{t("language")}</MenuLabel>
      <MenuItem checked={language === "pt-BR"} onSelect={() => { setLanguage("pt-BR"); keepTaste({ language: "pt-BR" }); }}>{"Português (Brasil)"}</MenuItem>
      <MenuItem checked={language === "en"} onSelect={() => { setLanguage("en"); keepTaste({ language: "en" }); }}>{"English"}</MenuItem>
      <MenuLine />
      <MenuItem icon={<UserCog size={14} aria-hidden />} onSelect={() => void navigate({ to: `/c/${company}/settings/profile` as string })}>{t("profile")}</MenuItem>
      <MenuItem icon={<Keyboard size={14} aria-hidden />} onSelect={onKeys}>{t("keys")}</MenuItem>
      <MenuItem icon={<LogOut size={14} aria-hidden />} onSelect={() => void signOut()}>{t("signOut")}</MenuItem>
    </Menu>
  );
}
