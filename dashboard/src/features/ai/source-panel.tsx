/** One source and the passages that it was split into. */
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import { useWords } from "../../i18n";
import { Button } from "../../ui/button";
import { Panel } from "../../ui/panel";
import { ErrorBox, Skeleton } from "../../ui/states";
import { Chip } from "../../ui/status";
import { useAiTexts } from "./texts";

export function SourcePanel({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useAiTexts();
  const say = useWords();
  const params = { path: { source_id: id } };
  const source = useQuery({ queryKey: key("knowledge", "one", id), placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/ai/knowledge/{source_id}", { params, signal })) });
  const passages = useInfiniteQuery({
    queryKey: key("knowledge", "passages", id), placeholderData: undefined,
    queryFn: ({ pageParam, signal }) => read(api.GET("/api/v1/ai/knowledge/{source_id}/passages", { params: { ...params, query: { after: pageParam } as never }, signal })),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => last.next_after ?? undefined,
  });
  const one = source.data;
  return (
    <Panel title={one?.question ?? one?.name ?? t("knowledge")} onClose={onClose}>
      {(source.error ?? passages.error) && <ErrorBox error={source.error ?? passages.error} onRetry={() => { void source.refetch(); void passages.refetch(); }} />}
      {source.isPending && !source.error && <Skeleton onRetry={() => void source.refetch()} />}
      {one && (
        <div className="space-y-3">
          {one.state === "failed" && <p role="alert" className="rounded-control bg-danger-soft px-3 py-2 text-table text-danger-fg">{say(one.error_text) ?? one.error ?? t("failed")}</p>}
          <p className="text-table text-muted">{one.state === "waiting" ? t("waiting") : t("passagesN", { count: one.passages })}</p>
          <ol className="space-y-2">
            {passages.data?.pages.flatMap((page) => page.data).map((passage) => (
              <li key={passage.position} className="rounded-control bg-sunken p-3 text-table">
                {passage.approved && <Chip tone="success">{t("approved")}</Chip>}
                <p className="mt-1 break-words whitespace-pre-wrap">{passage.text}</p>
              </li>
            ))}
          </ol>
          {passages.hasNextPage && <Button busy={passages.isFetchingNextPage} onClick={() => void passages.fetchNextPage()}>{t("morePassages")}</Button>}
        </div>
      )}
    </Panel>
  );
}
