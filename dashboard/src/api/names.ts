/** Names behind ids that many pages show. */
import { useQuery } from "@tanstack/react-query";
import { api, read } from "./client";
import { key } from "./queries";

/** The company's WhatsApp numbers by id; a number that was removed has no name. */
export function useNumberNames(): (id: string | null | undefined) => string | null {
  const { data } = useQuery({
    queryKey: key("sessions", "names"), staleTime: 60_000,
    queryFn: ({ signal }) => read(api.GET("/api/v1/sessions", { params: { query: { limit: 500 } }, signal })),
    select: (page) => new Map(page.data.map((one) => [one.id, one.name])),
  });
  return (id) => (id ? data?.get(id) ?? null : null);
}
