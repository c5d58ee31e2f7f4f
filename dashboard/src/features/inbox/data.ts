/** What the inbox reads and changes. Lists move on by the live topic; a thread is read again when its conversation has changed. */
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { key, queries, refresh } from "../../api/queries";
import type { Conversation } from "../../api/schema.gen";
import { useSession } from "../../api/session";
import { useLive } from "../../live/hooks";
import { merged, type Filters } from "./merge";

export interface InboxState { items?: Conversation[]; counts?: { open: number; unread: number; waiting: number } }

/** A reply that is on its way is looked after this often, until it came to an end or is this old. */
const TICKS_MS = 2_000;
const READ_MS = 5_000;
const TICKS_FOR_MS = 600_000;
const MOVING = new Set(["scheduled", "queued", "held", "sending", "accepted", "sent"]);
const UNREAD = new Set(["delivered"]);

export const useInbox = () => useLive<InboxState>("inbox");

export function useConversations(filters: Filters) {
  const told = useInbox();
  const { user } = useSession();
  const list = useList<Conversation>("conversations", { ...filters }, (cursor, signal) => read(api.GET("/api/v1/conversations", { params: { query: { ...filters, limit: 50, cursor } as never }, signal })));
  const rows = useMemo(() => list.rows && merged(list.rows, told?.items ?? [], filters, user?.id ?? null, list.hasNextPage), [list.rows, list.hasNextPage, told, filters, user?.id]);
  return { ...list, rows, counts: told?.counts };
}

export function useConversation(id: string) {
  const told = useInbox();
  const found = useQuery({
    queryKey: key("conversations", "one", id), placeholderData: undefined,
    queryFn: ({ signal }) => read(api.GET("/api/v1/conversations/{conversation_id}", { params: { path: { conversation_id: id } }, signal })),
  });
  const live = told?.items?.find((one) => one.id === id);
  const version = live?.version;
  const known = found.data?.version;
  const { refetch } = found;
  const asked = useRef(0);
  // The live feed tells of the conversation as lists show it: what else belongs to it is read once per change.
  useEffect(() => {
    if (version === undefined || known === undefined || version <= known || asked.current === version) return;
    asked.current = version;
    void refetch();
    refresh("thread", "notes");
  }, [version, known, refetch]);
  const conversation = found.data && live && live.version > found.data.version ? { ...found.data, ...live } : found.data;
  return { ...found, conversation };
}

export function useThread(id: string) {
  const thread = useInfiniteQuery({
    queryKey: key("thread", id), placeholderData: undefined, staleTime: 0,
    queryFn: ({ pageParam, signal }) => read(api.GET("/api/v1/conversations/{conversation_id}/messages", { params: { path: { conversation_id: id }, query: { limit: 50, cursor: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    refetchInterval: (query) => {
      const young = (query.state.data?.pages[0]?.data ?? []).filter((entry) => entry.message !== null && Date.now() - Date.parse(entry.at) < TICKS_FOR_MS).map((entry) => entry.message!.status);
      return young.some((status) => MOVING.has(status)) ? TICKS_MS : young.some((status) => UNREAD.has(status)) ? READ_MS : false;
    },
  });
  // Newest last, as it is read.
  const entries = useMemo(() => thread.data?.pages.flatMap((page) => page.data).reverse(), [thread.data]);
  return { ...thread, entries };
}

export function useNotes(id: string) {
  return useQuery({
    queryKey: key("notes", id), placeholderData: undefined,
    queryFn: ({ signal }) => read(api.GET("/api/v1/conversations/{conversation_id}/notes", { params: { path: { conversation_id: id }, query: { limit: 100 } }, signal })),
  });
}

export type Change = Partial<Pick<Conversation, "state" | "assignee_id" | "ai_on">>;

export function useChange(id: string) {
  return useMutation({
    mutationFn: (change: Change) => read(api.PATCH("/api/v1/conversations/{conversation_id}", { params: { path: { conversation_id: id } }, body: change as never })),
    onSuccess: () => refresh("conversations"),
  });
}

/** Told once somebody has it before their eyes; what came later stays unread. */
export function useRead(conversation: Conversation | undefined, may: boolean) {
  const { id, unread } = conversation ?? { id: "", unread: 0 };
  const last = conversation?.last_inbound.event_id;
  const told = useRef<string | null>(null);
  useEffect(() => {
    if (!may || !id || unread === 0 || !last || told.current === last || document.visibilityState !== "visible") return;
    told.current = last;
    void read(api.POST("/api/v1/conversations/{conversation_id}/read", { params: { path: { conversation_id: id } }, body: { last_event_id: last } })).then(() => refresh("conversations")).catch(() => { told.current = null; });
  }, [may, id, unread, last]);
}

export function useQuickReplies(conversationId?: string) {
  return useQuery({
    queryKey: key("quick-replies", conversationId ?? "-"), staleTime: 60_000,
    queryFn: ({ signal }) => read(api.GET("/api/v1/quick-replies", { params: { query: { limit: 200, ...(conversationId ? { conversation_id: conversationId } : {}) } as never }, signal })),
  });
}

export function useNumberNames() {
  const { data } = useQuery({ queryKey: key("sessions", "choices"), queryFn: ({ signal }) => read(api.GET("/api/v1/sessions", { params: { query: { limit: 200 } }, signal })) });
  return data?.data ?? [];
}

/** What is said to a person is in the thread at once. */
export const threadChanged = (id: string) => { void queries.invalidateQueries({ queryKey: key("thread", id) }); refresh("conversations", "notes"); };
