/** The palette's search at the server: asked once the typing rests, at most five of a kind. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, read } from "../api/client";
import { key } from "../api/queries";

const REST_MS = 150;
const LEAST = 2;

export function useRested(text: string, ms = REST_MS): string {
  const [rested, rest] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => rest(text), ms);
    return () => clearTimeout(timer);
  }, [text, ms]);
  return rested;
}

export function useSearch(typed: string) {
  const text = useRested(typed.trim().slice(0, 100));
  return useQuery({
    queryKey: key("search", text),
    enabled: text.length >= LEAST,
    staleTime: 10_000,
    retry: false,
    queryFn: ({ signal }) => read(api.GET("/api/v1/search", { params: { query: { q: text } }, signal })),
  });
}
