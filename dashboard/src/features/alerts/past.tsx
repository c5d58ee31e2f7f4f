import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import { useErrorText } from "../../ui/states";
import { ready, toInput, type Draft } from "./draft";
import { useAlertTexts } from "./texts";

const PAUSE_MS = 500;

/** How often it would have fired; asked once the typing pauses. */
export function Past({ draft }: { draft: Draft }) {
  const t = useAlertTexts();
  const words = useErrorText();
  const { metric, threshold, window_s, scope } = toInput(draft);
  const wanted = JSON.stringify({ name: "?", metric, threshold, window_s, scope });
  const [asked, ask] = useState(wanted);
  useEffect(() => {
    const timer = setTimeout(() => ask(wanted), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
  const enough = ready(draft);
  const found = useQuery({
    queryKey: key("alerts", "past", asked), enabled: enough, staleTime: 60_000, placeholderData: undefined, retry: false,
    queryFn: ({ signal }) => read(api.POST("/api/v1/alerts/preview", { body: JSON.parse(asked) as never, signal })),
  });
  const text = !enough ? t("pastMore") : found.error ? words(found.error) : !found.data || asked !== wanted ? t("pastAsking") : found.data.times === null ? t("pastNever") : t("past", { count: found.data.times });
  return <p role="status" className="rounded-control bg-sunken px-3 py-2 text-table">{text}</p>;
}
