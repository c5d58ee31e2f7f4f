/** What opens menus and popovers is loaded when one is about to be: a button that nobody has pressed is a button and nothing else. */
import { cloneElement, useEffect, useState, type KeyboardEvent, type ReactElement, type ReactNode } from "react";

export interface MenuProps { children: ReactNode; align?: "start" | "end" }
export interface ItemProps { icon?: ReactNode; danger?: boolean; children: ReactNode; onSelect: () => void; checked?: boolean }
export interface PopoverProps { trigger: ReactElement; children: ReactNode; label: string; align?: "start" | "end"; open?: boolean; onOpenChange?: (open: boolean) => void }

type Opened = typeof import("./opened");
let opened: Opened | null = null;

function load(): Promise<Opened> {
  return import("./opened").then((made) => (opened = made));
}

const ahead = () => void load().catch(() => undefined);

/** What draws an open menu or popover; it is there once one has been opened. */
export const parts = (): Opened => opened!;

/** `ready` once what opens it is there and it is wanted; until then `face` is a trigger that fetches it. */
export function useOpener(kind: "menu" | "dialog", wanted: boolean | undefined, onWant?: () => void) {
  const [asked, ask] = useState<"no" | "pointer" | "key">("no");
  const [there, arrive] = useState(opened !== null);
  const [tries, again] = useState(0);
  const needed = asked !== "no" || wanted === true;
  useEffect(() => {
    if (!needed || there) return undefined;
    let left = false;
    // Where it cannot be fetched the next press tries again.
    load().then(() => !left && arrive(true), () => undefined);
    return () => { left = true; };
  }, [needed, there, tries]);
  const go = (how: "pointer" | "key") => { if (opened) arrive(true); ask(how); again((n) => n + 1); onWant?.(); };
  const face = (trigger: ReactElement) =>
    cloneElement(trigger as ReactElement<Record<string, unknown>>, {
      "aria-haspopup": kind, "aria-expanded": false, onPointerEnter: ahead, onFocus: ahead,
      // A click without a pointer's position is a key's.
      onClick: (event: { detail: number }) => go(event.detail === 0 ? "key" : "pointer"),
      ...(kind === "menu" ? { onKeyDown: (event: KeyboardEvent) => { if (event.key === "ArrowDown") { event.preventDefault(); go("key"); } } } : {}),
    });
  return { ready: needed && there, byKey: asked === "key", face };
}
