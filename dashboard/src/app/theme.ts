/** Light, dark, or what the system says; public/theme.js sets the same before the first paint. */
import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark" | "system";
const STORED = "masteria.theme";
const system = typeof matchMedia === "undefined" ? null : matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

export function getTheme(): Theme {
  try {
    const kept = localStorage.getItem(STORED);
    return kept === "light" || kept === "dark" ? kept : "system";
  } catch {
    return "system";
  }
}

function show(): void {
  const theme = getTheme();
  document.documentElement.dataset.theme = theme === "system" ? (system?.matches ? "dark" : "light") : theme;
  listeners.forEach((tell) => tell());
}

export function setTheme(theme: Theme): void {
  try {
    localStorage.setItem(STORED, theme);
  } catch {
    /* private mode: the system decides again at the next visit */
  }
  show();
}

system?.addEventListener("change", show);

export function useTheme(): Theme {
  return useSyncExternalStore((tell) => { listeners.add(tell); return () => listeners.delete(tell); }, getTheme);
}
