/** A question, and the passages that would answer it, the best first. */
import { useMutation } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { Bar } from "../../ui/bars";
import { Button } from "../../ui/button";
import { Form, TextField } from "../../ui/form";
import { Card } from "../../ui/page";
import { Chip } from "../../ui/status";
import { useFormats } from "../../ui/when";
import { useAiTexts } from "./texts";

export function Ask() {
  const t = useAiTexts();
  const { percent } = useFormats();
  const [question, setQuestion] = useState("");
  const ask = useMutation({ mutationFn: () => read(api.POST("/api/v1/ai/knowledge/ask", { body: { question: question.trim(), limit: 5 } })) });
  return (
    <Card title={t("test")} className="self-start">
      <Form error={ask.error} onSubmit={() => ask.mutate()}>
        <TextField name="question" label={t("question")} value={question} onChange={setQuestion} placeholder={t("testPlace")} maxLength={1_000} hint={t("testText")} />
        <Button type="submit" kind="primary" busy={ask.isPending} icon={<Search size={14} aria-hidden />}>{t("ask")}</Button>
      </Form>
      {ask.data && (
        <section aria-label={t("found")} className="mt-4 space-y-2" aria-live="polite" data-found>
          {ask.data.data.length === 0 && <p className="text-table text-muted">{t("nothing")}</p>}
          <ol className="space-y-2">
            {ask.data.data.map((one) => (
              <li key={`${one.source_id} ${one.position}`} className="rounded-control bg-sunken p-3 text-table">
                <p className="flex flex-wrap items-center gap-2 text-caption text-muted"><span>{t("from", { name: one.source })}</span>{one.approved && <Chip tone="success">{t("approved")}</Chip>}<span className="grow" /><span className="tnum">{t("likeness", { share: percent(one.likeness) })}</span></p>
                <Bar share={one.likeness} />
                {one.question && <p className="mt-1 font-medium">{one.question}</p>}
                <p className="mt-1 break-words whitespace-pre-wrap">{one.text}</p>
              </li>
            ))}
          </ol>
        </section>
      )}
    </Card>
  );
}
