import { useRef } from "react";

/** Whoever opened a dialog has the focus again when it closes; Radix knows its own triggers alone, and these have none. */
export function useGiveBack() {
  const opener = useRef<Element | null>(null);
  return {
    onOpenAutoFocus: () => { opener.current = document.activeElement; },
    onCloseAutoFocus: (event: Event) => {
      event.preventDefault();
      // Whoever answered may have sent the focus elsewhere meanwhile, such as to the field that was refused.
      if (document.activeElement && document.activeElement !== document.body) return;
      if (opener.current instanceof HTMLElement) opener.current.focus();
    },
  };
}
