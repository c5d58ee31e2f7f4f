/** A text, or a question with the answer that may be sent as it is. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { api, read } from "../../api/client";
import { key, refresh } from "../../api/queries";
import type { KnowledgeSource, KnowledgeSourceSummary } from "../../api/schema.gen";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { AreaField, Form, TextField } from "../../ui/form";
import { ErrorBox, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { useAiTexts } from "./texts";

export type Kind = KnowledgeSourceSummary["kind"];

export function SourceForm({ kind, of, onClose }: { kind: Kind; of?: KnowledgeSourceSummary; onClose: () => void }) {
  const t = useAiTexts();
  const known = useQuery({ queryKey: key("knowledge", "one", of?.id), enabled: of !== undefined, placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/ai/knowledge/{source_id}", { params: { path: { source_id: of!.id } }, signal })) });
  const [name, setName] = useState(of?.name ?? "");
  const [question, setQuestion] = useState(of?.question ?? "");
  const [text, setText] = useState("");
  const { text: stored } = known.data ?? {};
  useEffect(() => { if (stored != null) setText(stored); }, [stored]);
  const save = useMutation({
    mutationFn: (): Promise<KnowledgeSource> => {
      // A question is called by itself where nobody gives it another name.
      const body = { name: name.trim() || question.trim().slice(0, 200), ...(kind === "question" ? { question: question.trim() } : {}), ...(kind === "file" ? {} : { text }) };
      return of ? read(api.PATCH("/api/v1/ai/knowledge/{source_id}", { params: { path: { source_id: of.id } }, body: body as never })) : read(api.POST("/api/v1/ai/knowledge", { body: { kind, ...body } as never }));
    },
    onSuccess: () => { refresh("knowledge"); toast(t("saved")); onClose(); },
  });
  const wait = of !== undefined && !known.data;
  return (
    <Dialog open firm onOpenChange={(open) => !open && onClose()} title={of ? of.name : t(kind === "question" ? "addQuestion" : "addText")} footer={<><Button onClick={onClose}>{t("cancel")}</Button>{!wait && <Button kind="primary" type="submit" form="knowledge-source" busy={save.isPending}>{t("save")}</Button>}</>}>
      {wait ? known.error ? <ErrorBox error={known.error} onRetry={() => void known.refetch()} /> : <Skeleton rows={4} /> : (
        <Form id="knowledge-source" error={save.error} onSubmit={() => save.mutate()}>
          {kind === "question" && <TextField name="question" label={t("question")} value={question} onChange={setQuestion} maxLength={500} />}
          {kind !== "file" && <AreaField name="text" label={t(kind === "question" ? "answer" : "text")} hint={t(kind === "question" ? "answerHint" : "textHint")} value={text} onChange={setText} rows={kind === "question" ? 5 : 12} maxLength={kind === "question" ? 1_000 : 200_000} />}
          <TextField name="name" label={t("name")} hint={t("nameHint")} value={name} onChange={setName} maxLength={200} placeholder={kind === "question" ? question.slice(0, 200) : undefined} />
        </Form>
      )}
    </Dialog>
  );
}
