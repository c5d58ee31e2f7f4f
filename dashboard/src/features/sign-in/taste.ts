/** Language and theme at the door: what was picked here holds, else what the person's profile says. */
import { keepTaste } from "../../api/profile";
import type { Person } from "../../api/schema.gen";
import { setLanguage } from "../../i18n";
import type { Language } from "../../lib/time";
import { setTheme, type Theme } from "../../ui/theme";

const picked: { language?: Language; theme?: Theme } = {};

export function pickLanguage(language: Language): void {
  picked.language = language;
  setLanguage(language);
}

export function pickTheme(theme: Theme): void {
  picked.theme = theme;
  setTheme(theme);
}

/** Once somebody is signed in. */
export function adopt(person: Person | null): void {
  if (!person) return;
  if (!picked.language) setLanguage(person.language);
  if (!picked.theme) setTheme(person.theme);
  const news = { ...(picked.language && picked.language !== person.language ? { language: picked.language } : {}), ...(picked.theme && picked.theme !== person.theme ? { theme: picked.theme } : {}) };
  if (Object.keys(news).length) keepTaste(news);
  delete picked.language;
  delete picked.theme;
}
