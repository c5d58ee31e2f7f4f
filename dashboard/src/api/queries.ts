/** Server state: one cache, keys by company, old data kept while new data comes. */
import { keepPreviousData, QueryClient } from "@tanstack/react-query";
import { Problem } from "./problem";
import { getSession } from "./session";

export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      refetchOnWindowFocus: false,
      placeholderData: keepPreviousData,
      retry: (failures, error) => failures < 2 && !(error instanceof Problem && error.status >= 400 && error.status < 500 && error.status !== 429),
      retryDelay: (failures, error) => (error instanceof Problem && error.retryAfterS ? error.retryAfterS * 1000 : 500 * 2 ** failures),
    },
    mutations: { retry: false },
  },
});

/** Every key begins with its company, so that nothing of another one can be shown. */
export function key(...parts: unknown[]): unknown[] {
  return [getSession().company?.id ?? "-", ...parts];
}

/** Let everything of a noun be read again: `refresh("webhooks")`. */
export function refresh(...nouns: string[]): void {
  for (const noun of nouns) void queries.invalidateQueries({ queryKey: key(noun) });
}

/** Read again what is on the screen and could not be read. */
export function readFailed(): void {
  void queries.refetchQueries({ type: "active", predicate: (query) => query.state.status === "error" });
}
