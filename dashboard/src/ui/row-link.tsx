/** A link for rows that come and go by the thousand: an address and one handler. The router's own follows every change of place. */
import { useRouter } from "@tanstack/react-router";
import type { MouseEvent, ReactNode } from "react";

interface Props { to: string; children: ReactNode; className?: string; title?: string; "aria-label"?: string }

export function RowLink({ to, children, ...look }: Props) {
  const router = useRouter();
  const follow = (event: MouseEvent) => {
    // What opens a tab or a window, or saves, is the browser's.
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void router.navigate({ href: to });
  };
  return <a href={to} onClick={follow} {...look}>{children}</a>;
}
