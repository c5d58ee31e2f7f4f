/** What the live feed does not carry whole is read again when it says that something has changed: every so often, and only where somebody looks. */
import { useEffect, useRef } from "react";
import { refresh } from "../api/queries";

export function useRefetchOn(told: unknown, nouns: string[], everyMs = 2_000): void {
  const last = useRef(0);
  const names = nouns.join();
  useEffect(() => {
    last.current = Date.now();
  }, []);
  useEffect(() => {
    if (told === undefined) return undefined;
    const timer = setTimeout(() => {
      if (document.visibilityState !== "visible") return;
      last.current = Date.now();
      refresh(...names.split(","));
    }, Math.max(0, last.current + everyMs - Date.now()));
    return () => clearTimeout(timer);
  }, [told, names, everyMs]);
}
