/** Light, dark, or what the system says; public/theme.js sets the same before the first paint. And how close rows stand. */
import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark" | "system";
export type Density = "normal" | "compact";
const THEME = "masteria.theme";
const DENSITY = "masteria.density";
const system = typeof matchMedia === "undefined" ? null : matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
const subscribe = (tell: () => void) => { listeners.add(tell); return () => listeners.delete(tell); };

function kept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    /* private mode: it holds for this visit, or the system decides again */
  }
  show();
}

export function getTheme(): Theme {
  const theme = kept(THEME);
  return theme === "light" || theme === "dark" ? theme : "system";
}

export function getDensity(): Density {
  return kept(DENSITY) === "compact" ? "compact" : "normal";
}

function show(): void {
  const theme = getTheme();
  document.documentElement.dataset.theme = theme === "system" ? (system?.matches ? "dark" : "light") : theme;
  document.documentElement.dataset.density = getDensity();
  listeners.forEach((tell) => tell());
}

export const setTheme = (theme: Theme) => keep(THEME, theme);
export const setDensity = (density: Density) => keep(DENSITY, density);

system?.addEventListener("change", show);
if (typeof document !== "undefined") document.documentElement.dataset.density = getDensity();

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, getTheme);
}

export function useDensity(): Density {
  return useSyncExternalStore(subscribe, getDensity);
}
