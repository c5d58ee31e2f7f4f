/** What rules, flows and templates are made of: event types, fields with captured examples, numbers, templates. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useCatalogue } from "./catalogue";
import { api, read } from "./client";
import { key } from "./queries";
import type { Captures, Catalogue, Session, Template } from "./schema.gen";
import { useMay } from "./session";

export type FieldKind = "text" | "phone" | "money" | "time" | "number" | "boolean";
export interface FieldInfo { name: string; kind: FieldKind; label: { pt?: string; en?: string } | null; example?: string }

/** Webhooks whose captured payloads are looked at, the newest first. */
const MOST_WEBHOOKS = 5;

/** The payload's values of an example, each path once, those of the wanted event types first. */
export function pathsOf(captures: Captures["data"], types: readonly string[]): FieldInfo[] {
  const first = [...captures].sort((a, b) => Number(types.includes(b.event_type ?? "")) - Number(types.includes(a.event_type ?? "")));
  const found = new Map<string, FieldInfo>();
  for (const one of first.flatMap((capture) => capture.values)) {
    if (found.has(one.path) || one.kind === "object" || one.kind === "list") continue;
    const kind = one.kind === "number" || one.kind === "boolean" ? one.kind : "text";
    found.set(one.path, { name: one.path, kind, label: null, example: one.example == null ? undefined : String(one.example).slice(0, 80) });
  }
  return [...found.values()];
}

/** Canonical fields, and the paths that payloads really had, each with an example value. */
export function useFields(types: readonly string[]): { catalogue: Catalogue | undefined; fields: FieldInfo[]; isPending: boolean; error: unknown } {
  const operator = useMay("operator");
  const catalogue = useCatalogue();
  const captured = useQuery({
    queryKey: key("captures", "all"), enabled: operator, staleTime: 60_000,
    queryFn: async ({ signal }) => {
      const webhooks = await read(api.GET("/api/v1/webhooks", { params: { query: { limit: MOST_WEBHOOKS } }, signal }));
      const each = await Promise.all(webhooks.data.map((one) => read(api.GET("/api/v1/webhooks/{webhook_id}/captures", { params: { path: { webhook_id: one.id } }, signal }))));
      return each.flatMap((one) => one.data);
    },
  });
  const wanted = types.join();
  const fields = useMemo(() => {
    const paths = pathsOf(captured.data ?? [], wanted.split(","));
    const examples = new Map((captured.data ?? []).flatMap((one) => one.values).filter((one) => one.field && one.example != null).map((one) => [one.field, String(one.example).slice(0, 80)]));
    return [...(catalogue.data?.fields ?? []).map((one): FieldInfo => ({ name: one.name, kind: one.kind, label: one.label, example: examples.get(one.name) })), ...paths];
  }, [catalogue.data, captured.data, wanted]);
  return { catalogue: catalogue.data, fields, isPending: catalogue.isPending, error: catalogue.error ?? captured.error };
}

/** The numbers and the templates one can choose from: the newest 200 of each. */
export function useSending(): { sessions: Session[]; templates: Template[]; isPending: boolean; error: unknown } {
  const sessions = useQuery({ queryKey: key("sessions", "choices"), queryFn: ({ signal }) => read(api.GET("/api/v1/sessions", { params: { query: { limit: 200 } }, signal })) });
  const templates = useQuery({ queryKey: key("templates", "choices"), queryFn: ({ signal }) => read(api.GET("/api/v1/templates", { params: { query: { limit: 200 } }, signal })) });
  return { sessions: sessions.data?.data ?? [], templates: templates.data?.data ?? [], isPending: sessions.isPending || templates.isPending, error: sessions.error ?? templates.error };
}

/** The last events that could be read, to try a text or a rule on. */
export function useRecentEvents(limit = 50) {
  return useQuery({ queryKey: key("events", "recent", limit), queryFn: ({ signal }) => read(api.GET("/api/v1/events", { params: { query: { limit, state: "processed" } as never }, signal })) });
}

/** Whether a language model could be asked to write: some agent in use has one; undefined while nobody knows. */
export function useHasModel(wanted = true): boolean | undefined {
  const { data } = useQuery({ queryKey: key("agents"), enabled: wanted, queryFn: ({ signal }) => read(api.GET("/api/v1/ai/agents", { signal })) });
  return data?.data.some((one) => one.active && one.model !== null);
}

/** How many variations of a template are written, by their state; undefined where it has none to have. */
export function useWritten(templateId: string | null): { approved: number; proposed: number } | undefined {
  const { data } = useQuery({
    queryKey: key("templates", "one", templateId), enabled: templateId !== null, placeholderData: undefined,
    queryFn: ({ signal }) => read(api.GET("/api/v1/templates/{template_id}", { params: { path: { template_id: templateId! } }, signal })),
  });
  return data?.kind === "plain" ? data.written : undefined;
}
