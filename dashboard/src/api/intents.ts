/** What messages may want, in words: the company's own intents as it calls them, and the built-in ones. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useWords } from "../i18n";
import { api, read } from "./client";
import { key } from "./queries";

const UNSURE = { pt: "Não dá para ter certeza", en: "Cannot be told" };

export function useIntents() {
  return useQuery({ queryKey: key("intents"), staleTime: 60_000, queryFn: ({ signal }) => read(api.GET("/api/v1/ai/intents", { signal })) });
}

export function useIntentNames(): { of: (name: string) => string; options: { value: string; title: string }[] } {
  const say = useWords();
  const { data } = useIntents();
  return useMemo(() => {
    const names = new Map<string, string>([["unsure", say(UNSURE)!]]);
    for (const one of data?.built_in ?? []) names.set(one.name, say(one.text) ?? one.name);
    for (const one of data?.data ?? []) names.set(one.name, one.label);
    return { of: (name: string) => names.get(name) ?? name, options: [...names].map(([value, title]) => ({ value, title })) };
  }, [data, say]);
}
