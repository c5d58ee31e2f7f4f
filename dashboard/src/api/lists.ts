/** A list read by cursor, at most 10,000 rows kept; every list of the API has this form. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { key } from "./queries";

export interface ListPage<Row> { data: Row[]; next_cursor: string | null; count: number; count_capped: boolean }
const MOST_ROWS = 10_000;

export function useList<Row>(noun: string, filters: Record<string, unknown>, fetchPage: (cursor: string | undefined, signal: AbortSignal) => Promise<ListPage<Row>>) {
  const list = useInfiniteQuery({
    queryKey: key(noun, "list", filters),
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last, pages) => (last.next_cursor && pages.reduce((sum, page) => sum + page.data.length, 0) < MOST_ROWS ? last.next_cursor : undefined),
  });
  const pages = list.data?.pages;
  return { ...list, rows: pages?.flatMap((page) => page.data), count: pages?.[0]?.count ?? 0, capped: pages?.[0]?.count_capped ?? false };
}
