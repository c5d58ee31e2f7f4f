import { useRef } from "react";

/** Whoever opened a dialog has the focus again when it closes; Radix knows its own triggers alone, and these have none. */
export function useGiveBack() {
  const opener = useRef<Element | null>(null);
  return {
    onOpenAutoFocus: () => { opener.current = document.activeElement; },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      if (opener.current instanceof HTMLElement) opener.current.focus();
    },
  };
}
