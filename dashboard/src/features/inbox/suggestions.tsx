/** What could be answered: asked for by a press, taken by another one or by Tab; nothing is sent by itself. */
import { useMutation } from "@tanstack/react-query";
import { Sparkles } from "lucide-react";
import { api, read } from "../../api/client";
import { useWords } from "../../i18n";
import { Button } from "../../ui/button";
import { useErrorText } from "../../ui/states";
import { useInboxTexts } from "./texts";

export function useSuggestions(conversationId: string) {
  return useMutation({ mutationFn: () => read(api.POST("/api/v1/ai/suggestions", { body: { conversation_id: conversationId } })) });
}

export function Suggestions({ asked, onTake }: { asked: ReturnType<typeof useSuggestions>; onTake: (text: string) => void }) {
  const t = useInboxTexts();
  const say = useWords();
  const words = useErrorText();
  const found = asked.data?.data;
  return (
    <div className="mb-2 space-y-1.5" data-suggestions aria-live="polite">
      <Button kind="quiet" className="!h-7 text-caption" busy={asked.isPending} icon={<Sparkles size={14} aria-hidden />} onClick={() => asked.mutate()}>{t("suggest")}</Button>
      {asked.error && <p role="alert" className="text-table text-danger-fg">{words(asked.error)}</p>}
      {found?.length === 0 && <p className="text-caption text-muted">{`${t("noSuggestion")} ${say(asked.data?.why_not_text) ?? ""}`}</p>}
      {found && found.length > 0 && (
        <ul aria-label={t("suggestions")} className="space-y-1">
          {found.map((one, at) => (
            <li key={at}>
              <button type="button" onClick={() => onTake(one.text)} className="block w-full rounded-control bg-sunken px-3 py-2 text-left text-table hover:bg-accent-soft">
                <span className="line-clamp-3 break-words whitespace-pre-wrap">{one.text}</span>
                <span className="mt-0.5 block text-caption text-muted">{[say(one.reason_text) ?? one.reason, at === 0 ? t("tabTakes") : null].filter(Boolean).join(" · ")}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
