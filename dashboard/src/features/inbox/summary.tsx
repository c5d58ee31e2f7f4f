/** What a conversation comes to, for whoever takes it over: asked for by a press, with who wrote it. */
import { useMutation } from "@tanstack/react-query";
import { NotebookText } from "lucide-react";
import { api, read } from "../../api/client";
import type { ConversationDetail } from "../../api/schema.gen";
import { useLanguage, useWords } from "../../i18n";
import { Button } from "../../ui/button";
import { useErrorText } from "../../ui/states";
import { Chip } from "../../ui/status";
import { useInboxTexts } from "./texts";

const SENTENCES = 4;

export function Summary({ conversation: one }: { conversation: ConversationDetail }) {
  const t = useInboxTexts();
  const say = useWords();
  const words = useErrorText();
  const language = useLanguage();
  const ask = useMutation({
    mutationFn: async (version: number) => ({ version, ...(await read(api.POST("/api/v1/conversations/{conversation_id}/summary", { params: { path: { conversation_id: one.id } }, body: { sentences: SENTENCES, language } }))) }),
  });
  const told = ask.data;
  return (
    <section aria-label={t("summary")} className="space-y-2">
      <Button busy={ask.isPending} icon={<NotebookText size={14} aria-hidden />} onClick={() => ask.mutate(one.version)}>{t(told ? "summariseAgain" : "summarise")}</Button>
      {ask.error && <p role="alert" className="text-table text-danger-fg">{words(ask.error)}</p>}
      {told && (
        <div aria-live="polite" className="space-y-2 rounded-control bg-sunken p-3" data-summary={told.by_model ? "model" : "data"}>
          <p className="text-table break-words whitespace-pre-wrap">{told.text}</p>
          <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-caption text-muted"><Chip tone={told.by_model ? "info" : "skipped"}>{t(told.by_model ? "summaryByModel" : "summaryByData")}</Chip><span>{told.by_model ? told.model : say(told.why_not_text) ?? told.why_not}</span></p>
          {told.version !== one.version && <p className="text-caption text-warning-fg">{t("summaryOld")}</p>}
        </div>
      )}
    </section>
  );
}
