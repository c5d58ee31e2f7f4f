/** Ideas of templates for an event: a model's where there is one, filled up from a reviewed set; the chosen one fills the editor. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useHasModel } from "../../api/automation";
import { useCatalogue } from "../../api/catalogue";
import { api, read } from "../../api/client";
import type { TemplateIdeas } from "../../api/schema.gen";
import { useLanguage, useWords } from "../../i18n";
import { piecesOf, sourceOf } from "../../lib/message-text";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { AreaField, ChoiceField, Form, FormField } from "../../ui/form";
import { Picker } from "../../ui/picker";
import { Chip } from "../../ui/status";
import { useTemplateTexts } from "./texts";

export type Idea = TemplateIdeas["data"][number];
const WANTED = 4;
/** What most write first. */
const FIRST = "pix_created";

export default function Ideas({ replaces, onTake, onClose }: { replaces: boolean; onTake: (idea: Idea) => void; onClose: () => void }) {
  const t = useTemplateTexts();
  const say = useWords();
  const spoken = useLanguage();
  const catalogue = useCatalogue();
  const hasModel = useHasModel();
  const [type, choose] = useState(FIRST);
  const [language, speak] = useState<Idea["language"]>(spoken === "en" ? "en" : "pt_BR");
  const [brief, setBrief] = useState("");
  const ask = useMutation({ mutationFn: () => read(api.POST("/api/v1/ai/template-ideas", { body: { event_type: type, count: WANTED, language, brief: hasModel ? brief.trim() : "" } })) });
  const told = ask.data;
  const types = (catalogue.data?.event_types ?? []).map((one) => ({ value: one.name, title: say(one.label) ?? one.name, note: one.name }));
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t("ideas")} description={t(replaces ? "ideasReplace" : "ideasText")} footer={<Button onClick={onClose}>{t("close")}</Button>}>
      <Form error={ask.error} onSubmit={() => ask.mutate()}>
        <FormField name="event_type" label={t("ideasFor")}>{(props) => <Picker id={props.id} invalid={Boolean(props["aria-invalid"])} describedBy={props["aria-describedby"]} label={t("ideasFor")} value={type} onChange={choose} options={types} />}</FormField>
        <ChoiceField name="language" label={t("language")} value={language} onChange={(value) => speak(value as Idea["language"])} options={[{ value: "pt_BR", title: "pt_BR" }, { value: "en", title: "en" }]} className="max-w-60" />
        {hasModel && <AreaField name="brief" label={t("ideasBrief")} rows={2} value={brief} onChange={setBrief} maxLength={1_000} />}
        <Button type="submit" kind="primary" busy={ask.isPending}>{t("ideasShow")}</Button>
      </Form>
      {told && (
        <div aria-live="polite" className="mt-4 space-y-3">
          {told.why_not && <p className="text-table text-muted">{say(told.why_not_text) ?? told.why_not}</p>}
          <ul aria-label={t("ideas")} className="space-y-3" data-ideas>
            {told.data.map((one, at) => (
              <li key={at} className="space-y-2 rounded-control bg-sunken p-3">
                <p className="flex flex-wrap items-center gap-2 text-caption text-muted"><code className="text-table text-fg">{one.name}</code><Chip tone={one.origin === "model" ? "info" : "skipped"}>{t(one.origin === "model" ? "ideaByModel" : "ideaReviewed")}</Chip><span>{t(one.category)}</span></p>
                <p className="text-table break-words whitespace-pre-wrap">{piecesOf(one.body).map((piece, place) => <span key={place} className={piece.kind === "variable" ? "rounded-sm bg-accent-soft" : undefined}>{sourceOf(piece)}</span>)}</p>
                <Button aria-label={`${t("ideaTake")}: ${one.name}`} onClick={() => onTake(one)}>{t("ideaTake")}</Button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Dialog>
  );
}
