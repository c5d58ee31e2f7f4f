/** Can this number send, and how much more today? */
import { useMemo, useState } from "react";
import { Plus } from "lucide-react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import type { SessionWithUsage } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useLive } from "../../live/hooks";
import { useRefetchOn } from "../../live/refetch";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { PageHead } from "../../ui/page";
import { Empty, ErrorBox, RefetchBar, Skeleton } from "../../ui/states";
import { useFormats } from "../../ui/when";
import { SessionCard, type Asked } from "./card";
import { Connect } from "./connect";
import type { LiveSession } from "./facts";
import { LimitsDialog } from "./limits-dialog";
import { PairDialog } from "./pair";
import { PauseDialog, RemoveDialog, UnlinkDialog } from "./pause";
import { TestSend } from "./test-send";
import { TokenDialog } from "./token";
import { useSessionTexts } from "./texts";

export function Sessions() {
  const t = useSessionTexts();
  const formats = useFormats();
  const owner = useMay("owner");
  const [search, setSearch] = useUrlState();
  const [asked, setAsked] = useState<{ what: Exclude<Asked, "pair">; session: SessionWithUsage } | null>(null);
  const told = useLive<{ sessions?: Record<string, LiveSession> }>("sessions");
  useRefetchOn(told, ["sessions", "holds"], 5_000);
  const list = useList<SessionWithUsage>("sessions", {}, (cursor, signal) => read(api.GET("/api/v1/sessions", { params: { query: { limit: 100, cursor } }, signal })));
  const pairing = useMemo(() => list.rows?.find((one) => one.id === search.pair && one.transport === "web"), [list.rows, search.pair]);
  const close = () => setAsked(null);
  const ask = (what: Asked, session: SessionWithUsage) => (what === "pair" ? setSearch({ pair: session.id }) : setAsked({ what, session }));
  const add = owner && <Button kind="primary" icon={<Plus size={16} aria-hidden />} onClick={() => setSearch({ connect: "1" })}>{t("connect")}</Button>;
  return (
    <>
      <PageHead title={t("title")} count={list.rows ? formats.count(list.count) : undefined}>{add}</PageHead>
      <RefetchBar on={list.isFetching && list.isPlaceholderData} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt), "second")} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton rows={4} height={120} onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && <Empty title={t("emptyTitle")} action={add}>{t("emptyText")}</Empty>}
      <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(320px,100%),1fr))] gap-3" aria-label={t("title")}>
        {list.rows?.map((session) => <SessionCard key={session.id} session={session} live={told?.sessions?.[session.id]} onAsk={ask} />)}
      </ul>
      {list.hasNextPage && <div className="mt-3 text-center"><Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>{t("more")}</Button></div>}
      {search.connect && owner && <Connect onClose={() => setSearch({ connect: undefined })} onPair={(id) => setSearch({ connect: undefined, pair: id })} />}
      {pairing && <PairDialog session={pairing} onClose={() => setSearch({ pair: undefined })} />}
      {asked?.what === "pause" && <PauseDialog session={asked.session} onClose={close} />}
      {asked?.what === "remove" && <RemoveDialog session={asked.session} onClose={close} />}
      {asked?.what === "unlink" && <UnlinkDialog session={asked.session} onClose={close} />}
      {asked?.what === "limits" && <LimitsDialog session={asked.session} onClose={close} />}
      {asked?.what === "test" && <TestSend session={asked.session} onClose={close} />}
      {asked?.what === "token" && <TokenDialog session={asked.session} onClose={close} />}
    </>
  );
}
