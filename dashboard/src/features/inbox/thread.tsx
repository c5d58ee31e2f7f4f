/** The thread: newest below, older ones loaded upwards without a jump; notes of the team stand between. */
import { StickyNote, Trash2 } from "lucide-react";
import { useMutation } from "@tanstack/react-query";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import type { ConversationNote, ThreadEntry } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { shownOf } from "../../lib/message-text";
import { Button, IconButton } from "../../ui/button";
import { cx } from "../../ui/cx";
import { nodes } from "../../ui/message/phone";
import { ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { StatusChip } from "../../ui/status";
import { toast } from "../../ui/toasts";
import { useFormats } from "../../ui/when";
import { useNotes, useThread } from "./data";
import { Media } from "./media";
import { useInboxTexts } from "./texts";

type Line = { kind: "entry"; at: string; entry: ThreadEntry } | { kind: "note"; at: string; note: ConversationNote };
/** So near to the end one is reading what comes. */
const NEAR_PX = 80;

/** `files`: whether this number's files can be fetched. */
export function Thread({ id, files }: { id: string; files: boolean }) {
  const t = useInboxTexts();
  const formats = useFormats();
  const thread = useThread(id);
  const notes = useNotes(id);
  const box = useRef<HTMLDivElement>(null);
  const before = useRef({ height: 0, first: "", last: "" });
  const [below, setBelow] = useState(false);
  const lines = useMemo<Line[] | undefined>(() => {
    if (!thread.entries) return undefined;
    const begin = thread.hasNextPage ? thread.entries[0]?.at ?? "" : "";
    const all: Line[] = [...thread.entries.map((entry): Line => ({ kind: "entry", at: entry.at, entry })), ...(notes.data?.data ?? []).filter((note) => note.created_at >= begin).map((note): Line => ({ kind: "note", at: note.created_at, note }))];
    return all.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
  }, [thread.entries, thread.hasNextPage, notes.data]);
  const first = lines?.[0]?.at ?? "", last = lines?.at(-1)?.at ?? "";
  const down = () => { if (box.current) box.current.scrollTop = box.current.scrollHeight; setBelow(false); };
  useLayoutEffect(() => {
    const pane = box.current;
    if (!pane || !lines) return;
    const was = before.current;
    if (!was.last) pane.scrollTop = pane.scrollHeight;
    else if (first !== was.first && last === was.last) pane.scrollTop += pane.scrollHeight - was.height; // older ones came above
    else if (last !== was.last) {
      if (was.height - pane.scrollTop - pane.clientHeight < NEAR_PX) pane.scrollTop = pane.scrollHeight;
      else setBelow(true);
    }
    before.current = { height: pane.scrollHeight, first, last };
  }, [lines, first, last]);
  return (
    <div className="relative min-h-0 grow">
      <div ref={box} className="h-full overflow-y-auto px-3 py-4 sm:px-4" tabIndex={0} role="log" aria-label={t("lastMessages")} onScroll={(event) => { const pane = event.currentTarget; if (below && pane.scrollHeight - pane.scrollTop - pane.clientHeight < NEAR_PX) setBelow(false); }}>
        {thread.error && <ErrorBox error={thread.error} since={thread.entries && formats.clock(new Date(thread.dataUpdatedAt))} onRetry={() => void thread.refetch()} />}
        {thread.isPending && !thread.error && <Skeleton rows={6} onRetry={() => void thread.refetch()} />}
        {lines && (thread.hasNextPage
          ? <p className="pb-3 text-center"><Button kind="quiet" busy={thread.isFetchingNextPage} onClick={() => void thread.fetchNextPage()}>{t("older")}</Button></p>
          : <p className="pb-3 text-center text-caption text-faint">{lines.length ? t("begin") : t("quiet")}</p>)}
        <ol className="mx-auto flex max-w-180 flex-col gap-2" data-thread>
          {lines?.map((line, at) => (
            <li key={line.kind === "note" ? line.note.id : line.entry.id} className="flex flex-col">
              {formats.date(new Date(line.at)) !== (at ? formats.date(new Date(lines[at - 1]!.at)) : "") && <p className="my-2 self-center rounded-full bg-sunken px-3 py-0.5 text-caption text-muted">{formats.date(new Date(line.at))}</p>}
              {line.kind === "note" ? <Note note={line.note} /> : <Bubble entry={line.entry} conversation={id} files={files} />}
            </li>
          ))}
        </ol>
      </div>
      {below && <Button kind="primary" className="absolute bottom-3 left-1/2 -translate-x-1/2 shadow-float" onClick={down}>{t("newBelow")}</Button>}
    </div>
  );
}

const BY = { rule: "byRule", campaign: "byCampaign", ai: "byAi", person: "bySomebody", key: "byKey", api_key: "byKey" } as const;

function Bubble({ entry, conversation, files }: { entry: ThreadEntry; conversation: string; files: boolean }) {
  const t = useInboxTexts();
  const say = useWords();
  const { clock } = useFormats();
  const out = entry.direction === "out";
  const { kind, name } = entry.sent_by;
  const by = !out ? null : kind === "person" && name ? t("byPerson", { name }) : kind in BY ? [t(BY[kind as "ai"]), kind === "rule" || kind === "campaign" ? name : null].filter(Boolean).join(" ") : null;
  const media = entry.inbound?.media;
  const words = entry.text ?? (entry.message?.template ? entry.message.template : t("notText", { type: entry.type }));
  return (
    <div data-entry={entry.direction} className={cx("max-w-[88%] min-w-24 rounded-dialog border px-3 py-2", out ? "self-end rounded-br-none border-transparent bg-accent-soft" : "self-start rounded-bl-none border-line bg-surface")}>
      {media && <Media file={media} conversation={conversation} event={entry.inbound!.event_id} held={files} />}
      {(entry.text || !media) && <p className={cx("break-words whitespace-pre-wrap", !entry.text && "text-muted italic")}>{entry.text ? nodes(shownOf(words), (missing) => missing) : words}</p>}
      <p className="mt-1 flex flex-wrap items-center justify-end gap-x-2 gap-y-1 text-caption text-muted tnum">
        {by && <span>{by}</span>}
        <time dateTime={entry.at}>{clock(new Date(entry.at))}</time>
        {entry.message && <StatusChip status={entry.message.status} />}
      </p>
      {entry.message?.reason && entry.message.status !== "read" && entry.message.status !== "delivered" && <p className="mt-1 text-caption text-danger-fg">{say(entry.message.reason_text) ?? entry.message.reason}</p>}
    </div>
  );
}

function Note({ note }: { note: ConversationNote }) {
  const t = useInboxTexts();
  const words = useErrorText();
  const { clock } = useFormats();
  const operator = useMay("operator");
  const remove = useMutation({
    mutationFn: () => read(api.DELETE("/api/v1/conversations/{conversation_id}/notes/{note_id}", { params: { path: { conversation_id: note.conversation_id, note_id: note.id } } })),
    onSuccess: () => { refresh("notes"); toast(t("noteDeleted")); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  return (
    <div className="flex items-start gap-2 self-stretch rounded-control bg-sunken px-3 py-2 text-table" data-note>
      <StickyNote size={14} aria-hidden className="mt-0.5 shrink-0 text-warning-fg" />
      <div className="min-w-0 grow"><p className="break-words whitespace-pre-wrap">{note.text}</p><p className="text-caption text-muted">{`${t("noteBy", { name: note.author_name })} · ${clock(new Date(note.created_at))}`}</p></div>
      {operator && <IconButton label={t("deleteNote")} busy={remove.isPending} onClick={() => remove.mutate()} className="!h-7"><Trash2 size={14} /></IconButton>}
    </div>
  );
}
