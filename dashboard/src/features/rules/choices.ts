/** What a step can refer to, by id and name. */
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { useSending } from "../../api/automation";
import { key } from "../../api/queries";
import { useMay } from "../../api/session";
import type { Option } from "../../ui/picker";

export interface Choices { sessions: Option[]; templates: Option[]; lists: Option[]; webhooks: Option[]; error: unknown }

export function useChoices(): Choices {
  const operator = useMay("operator");
  const sending = useSending();
  const lists = useQuery({ queryKey: key("lists", "choices"), queryFn: ({ signal }) => read(api.GET("/api/v1/lists", { params: { query: { limit: 200 } }, signal })) });
  const webhooks = useQuery({ queryKey: key("outgoing-webhooks", "choices"), enabled: operator, queryFn: ({ signal }) => read(api.GET("/api/v1/outgoing-webhooks", { params: { query: { limit: 200 } }, signal })) });
  return {
    sessions: sending.sessions.map((one) => ({ value: one.id, title: one.name, note: one.phone ?? one.transport })),
    templates: sending.templates.map((one) => ({ value: one.id, title: one.name, note: `${one.language} · ${one.status}` })),
    lists: (lists.data?.data ?? []).map((one) => ({ value: one.id, title: one.name })),
    webhooks: (webhooks.data?.data ?? []).map((one) => ({ value: one.id, title: one.name, note: one.url })),
    error: sending.error ?? lists.error,
  };
}

export const nameIn = (options: Option[]) => (id: string) => options.find((one) => one.value === id)?.title ?? id.slice(0, 8);

export function namesOf(choices: Choices) {
  return { session: nameIn(choices.sessions), template: nameIn(choices.templates), list: nameIn(choices.lists), webhook: nameIn(choices.webhooks) };
}
