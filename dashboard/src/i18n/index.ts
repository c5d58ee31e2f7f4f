/** Words in two languages. A page brings its own with `defineTexts`; Portuguese is the source and the fallback. */
import i18next from "i18next";
import { createContext, createElement, useCallback, useContext, useSyncExternalStore, type ReactNode } from "react";
import type { Language } from "../lib/time";

const STORED = "masteria.language";
const LANGUAGES = ["pt-BR", "en"] as const;

function remembered(): Language {
  try {
    return localStorage.getItem(STORED) === "en" ? "en" : "pt-BR";
  } catch {
    return "pt-BR";
  }
}

let spoken: Language = remembered();
void i18next.init({
  lng: spoken,
  fallbackLng: "pt-BR",
  resources: {},
  keySeparator: false, // a key may come from the API, with any sign in it
  nsSeparator: false,
  interpolation: { escapeValue: false },
  missingInterpolationHandler: () => "",
  initAsync: false,
});
const listeners = new Set<() => void>();
if (typeof document !== "undefined") document.documentElement.lang = spoken;

export function setLanguage(language: Language): void {
  try {
    localStorage.setItem(STORED, language);
  } catch {
    /* private mode: it holds for this visit */
  }
  spoken = language;
  document.documentElement.lang = language;
  listeners.forEach((tell) => tell());
}

const Spoken = createContext<Language | null>(null);
const listen = (tell: () => void) => {
  listeners.add(tell);
  return () => void listeners.delete(tell);
};

/** Around everything that speaks: one subscription for the whole page, so that a word in a row of a table costs none. */
export function Speaking({ children }: { children: ReactNode }) {
  return createElement(Spoken, { value: useSyncExternalStore(listen, () => spoken) }, children);
}

export function useLanguage(): Language {
  return useContext(Spoken) ?? spoken;
}

type Plural = "zero" | "one" | "many" | "other";
type Base<K> = K extends `${infer B}_${Plural}` ? B : K;
type Words = Record<string, string>;
export type Values = Record<string, string | number>;
export type Translate<T> = (key: Base<keyof T & string>, values?: Values) => string;

const COUNTS = { "pt-BR": new Intl.NumberFormat("pt-BR"), en: new Intl.NumberFormat("en-GB") };
const known = new Map<string, Record<Language, Words>>();

/** The texts of every page that was loaded: what tests compare. */
export const allTexts = (): ReadonlyMap<string, Record<Language, Words>> => known;

function translator(language: Language, space: string) {
  const t = i18next.getFixedT(language, space);
  return (key: string, values?: Values): string => {
    const n = typeof values?.count === "number" ? COUNTS[language].format(values.count) : "";
    return t(key, { n, ...values });
  };
}

/**
 * Register a page's words; returns the hook that reads them. Counted texts (`key_one` …) take `count`, which is written
 * by the language's rules: `{{n}}` is the formatted number.
 */
export function defineTexts<T extends Record<string, string>>(space: string, pt: T, en: { [K in keyof T]: string }) {
  const words: Record<Language, Words> = { "pt-BR": pt, en };
  known.set(space, words);
  // Made once: what a component hands on stays the same until the language changes.
  const speak = Object.fromEntries(
    LANGUAGES.map((one) => {
      i18next.addResourceBundle(one, space, words[one]);
      return [one, translator(one, space)];
    }),
  ) as unknown as Record<Language, Translate<T>>;
  return function useTexts(): Translate<T> {
    return speak[useLanguage()];
  };
}

/** A sentence that the API gives in both languages; null where it has none. */
export function useWords(): (words: { pt?: string; en?: string } | null | undefined) => string | null {
  const language = useLanguage();
  return useCallback((words) => (words ? (language === "en" ? words.en : words.pt) ?? words.pt ?? null : null), [language]);
}
