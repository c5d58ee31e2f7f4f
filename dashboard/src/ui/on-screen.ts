/** Whether something is on the screen now, or near it: what nobody sees need not be drawn. */
import { useEffect, useRef, useState } from "react";

const NEAR = "200px";

export function useOnScreen<Box extends Element>() {
  const ref = useRef<Box>(null);
  const blind = typeof IntersectionObserver === "undefined";
  const [state, set] = useState({ on: blind, ever: blind });
  useEffect(() => {
    if (!ref.current || typeof IntersectionObserver === "undefined") return undefined;
    const watch = new IntersectionObserver((entries) => {
      const on = entries.at(-1)?.isIntersecting ?? false;
      set((before) => (before.on === on ? before : { on, ever: before.ever || on }));
    }, { rootMargin: NEAR });
    watch.observe(ref.current);
    return () => watch.disconnect();
  }, []);
  return { ref, ...state };
}
