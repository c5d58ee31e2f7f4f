/** Names behind ids that many pages show. */
import { useQuery } from "@tanstack/react-query";
import { api, read } from "./client";
import { key } from "./queries";

const NEWEST = { params: { query: { limit: 500 } } };

/** What all who need the numbers' names ask, so that it is asked once. */
const numbers = () => ({ queryKey: key("sessions", "names"), queryFn: ({ signal }: { signal: AbortSignal }) => read(api.GET("/api/v1/sessions", { ...NEWEST, signal })) });

/** The company's WhatsApp numbers by id; a number that was removed has no name. */
export function useNumberNames(): (id: string | null | undefined) => string | null {
  const { data } = useQuery({
    ...numbers(), staleTime: 60_000,
    select: (page) => new Map(page.data.map((one) => [one.id, one.name])),
  });
  return (id) => (id ? data?.get(id) ?? null : null);
}

export type Named = "session_id" | "rule_id" | "template_id" | "campaign_id" | "list_id";

/** Names of what can be asked about, the newest 500 of each kind. */
export function useNames(kinds: readonly Named[]) {
  const ask = (kind: Named) => ({ staleTime: 300_000, enabled: kinds.includes(kind) });
  const sessions = useQuery({ ...ask("session_id"), ...numbers() });
  const rules = useQuery({ ...ask("rule_id"), queryKey: key("rules", "newest"), queryFn: ({ signal }) => read(api.GET("/api/v1/rules", { ...NEWEST, signal })) });
  const templates = useQuery({ ...ask("template_id"), queryKey: key("templates", "newest"), queryFn: ({ signal }) => read(api.GET("/api/v1/templates", { ...NEWEST, signal })) });
  const campaigns = useQuery({ ...ask("campaign_id"), queryKey: key("campaigns", "newest"), queryFn: ({ signal }) => read(api.GET("/api/v1/campaigns", { ...NEWEST, signal })) });
  const lists = useQuery({ ...ask("list_id"), queryKey: key("lists", "choice"), queryFn: ({ signal }) => read(api.GET("/api/v1/lists", { ...NEWEST, signal })) });
  const named = (rows: { id: string; name: string; created_at: string }[] | undefined) => (rows ?? []).map((one) => ({ value: one.id, title: one.name, at: one.created_at }));
  return { session_id: named(sessions.data?.data), rule_id: named(rules.data?.data), template_id: named(templates.data?.data), campaign_id: named(campaigns.data?.data), list_id: named(lists.data?.data) };
}
