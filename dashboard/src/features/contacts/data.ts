/** What several parts of these pages read: the lists and tags that one can choose from. */
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";

/** The newest 500 lists; more than a picker shows at once. */
export function useLists() {
  return useQuery({ queryKey: key("lists", "choice"), queryFn: ({ signal }) => read(api.GET("/api/v1/lists", { params: { query: { limit: 500 } as never }, signal })) });
}

export function useTags() {
  return useQuery({ queryKey: key("tags", "choice"), queryFn: ({ signal }) => read(api.GET("/api/v1/tags", { signal })) });
}

/** How many in words, where the API counts up to 10,000 only. */
export function upTo(n: number, capped: boolean, count: (n: number) => string): string {
  return capped ? `${count(n)}+` : count(n);
}
