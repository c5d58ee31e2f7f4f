/** Words in two languages. A page brings its own with `defineTexts`; Portuguese is the source and the fallback. */
import i18next from "i18next";
import { useCallback } from "react";
import { initReactI18next, useTranslation } from "react-i18next";
import type { Language } from "../lib/time";

const STORED = "masteria.language";

function remembered(): Language {
  try {
    return localStorage.getItem(STORED) === "en" ? "en" : "pt-BR";
  } catch {
    return "pt-BR";
  }
}

void i18next.use(initReactI18next).init({
  lng: remembered(),
  fallbackLng: "pt-BR",
  resources: {},
  interpolation: { escapeValue: false },
  react: { useSuspense: false },
  initAsync: false,
});
document.documentElement.lang = i18next.language;

export function setLanguage(language: Language): void {
  try {
    localStorage.setItem(STORED, language);
  } catch {
    /* private mode: it holds for this visit */
  }
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}

export function useLanguage(): Language {
  useTranslation();
  return i18next.language === "en" ? "en" : "pt-BR";
}

type Plural = "zero" | "one" | "many" | "other";
type Base<K> = K extends `${infer B}_${Plural}` ? B : K;
export type Values = Record<string, string | number>;
export type Translate<T> = (key: Base<keyof T & string>, values?: Values) => string;

/**
 * Register a page's words; returns the hook that reads them. Counted texts (`key_one` …) take `count`, which is written
 * by the language's rules: `{{n}}` is the formatted number.
 */
export function defineTexts<T extends Record<string, string>>(space: string, pt: T, en: { [K in keyof T]: string }) {
  i18next.addResourceBundle("pt-BR", space, pt, true, true);
  i18next.addResourceBundle("en", space, en, true, true);
  return function useTexts(): Translate<T> {
    const { t } = useTranslation(space);
    const language = useLanguage();
    return (key, values) => {
      const n = typeof values?.count === "number" ? new Intl.NumberFormat(language === "en" ? "en-GB" : "pt-BR").format(values.count) : "";
      return t(key as string, { n, ...values } as never) as unknown as string;
    };
  };
}

/** A sentence that the API gives in both languages; null where it has none. */
export function useWords(): (words: { pt?: string; en?: string } | null | undefined) => string | null {
  const language = useLanguage();
  return useCallback((words) => (words ? (language === "en" ? words.en : words.pt) ?? words.pt ?? null : null), [language]);
}
