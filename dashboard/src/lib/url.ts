/** State that a shared link restores: it lives in the query string and nowhere else. */
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { useCallback } from "react";
import type { Search } from "./search";

export function useUrlState(): [Search, (change: Record<string, string | undefined>, options?: { replace?: boolean }) => void] {
  const search = useRouterState({ select: (state) => state.location.search as unknown as Search });
  const navigate = useNavigate();
  const change = useCallback(
    (patch: Record<string, string | undefined>, { replace = true } = {}) => {
      void navigate({ to: ".", search: ((before: Search) => ({ ...before, ...patch })) as never, replace, resetScroll: false });
    },
    [navigate],
  );
  return [search, change];
}
