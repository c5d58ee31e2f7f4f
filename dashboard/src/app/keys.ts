/** The shell's keys: palette, help, the menu's fold, the filter field, and "g" with a letter to go to a page. */
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { keysOn } from "../ui/keys";
import { typing } from "../ui/table";
import { PAGES } from "./nav";

/** How long after "g" its letter may come, in milliseconds. */
const SEQUENCE = 1_500;

/** "g" is remembered over renders: a live number that comes between the two keys changes nothing. */
export function useKeys(company: string, does: { palette: () => void; help: () => void; fold: () => void }) {
  const navigate = useNavigate();
  const went = useRef(-Infinity);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const command = event.ctrlKey || event.metaKey;
      if (command && event.key.toLowerCase() === "k") { event.preventDefault(); return does.palette(); }
      if (command && event.key.toLowerCase() === "b") { event.preventDefault(); return does.fold(); }
      if (command || event.altKey || typing(event.target) || document.querySelector("[role=dialog]") || !keysOn()) return;
      if (event.key === "?") return does.help();
      if (event.key === "g") { went.current = event.timeStamp; return; }
      if (event.key === "/") {
        const field = document.querySelector<HTMLElement>("[data-filter]");
        if (field) { event.preventDefault(); field.focus(); }
        return;
      }
      if (event.timeStamp - went.current > SEQUENCE) return;
      went.current = -Infinity;
      const page = PAGES.find((one) => one.letter === event.key);
      if (page) { event.preventDefault(); void navigate({ to: `/c/${company}${page.path && `/${page.path}`}` as string }); }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}
