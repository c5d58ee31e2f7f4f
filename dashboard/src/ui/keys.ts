/** Whether keys of one letter do something; who dictates, or types by accident, switches them off (WCAG 2.1.4). */
import { useSyncExternalStore } from "react";

const STORED = "masteria.keys";
const listeners = new Set<() => void>();

export function keysOn(): boolean {
  return localStorage.getItem(STORED) !== "off";
}

export function setKeysOn(on: boolean): void {
  localStorage.setItem(STORED, on ? "on" : "off");
  listeners.forEach((tell) => tell());
}

export function useKeysOn(): boolean {
  return useSyncExternalStore((tell) => { listeners.add(tell); return () => listeners.delete(tell); }, keysOn);
}
