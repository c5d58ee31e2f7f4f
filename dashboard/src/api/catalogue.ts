/** What the API says of event types and fields in words. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useWords } from "../i18n";
import { api, read } from "./client";
import { key } from "./queries";

const HOUR = 3_600_000;

export function useCatalogue() {
  return useQuery({ queryKey: key("catalogue"), staleTime: HOUR, queryFn: ({ signal }) => read(api.GET("/api/v1/catalogue", { signal })) });
}

/** The event types that every installation knows, with their names in words. */
export function useEventTypes(): { value: string; title: string }[] {
  const say = useWords();
  const { data } = useCatalogue();
  return useMemo(() => (data?.event_types ?? []).map((one) => ({ value: one.name, title: say(one.label) ?? one.name })), [data, say]);
}

/** An event type in words; one that the catalogue does not know, a source's own, as it is. */
export function useTypeName(): (type: string) => string {
  const say = useWords();
  const { data } = useCatalogue();
  const known = useMemo(() => new Map(data?.event_types.map((one) => [one.name, one.label])), [data]);
  return useCallback((type) => say(known.get(type)) ?? type, [say, known]);
}
