/** A variation written or changed by hand; what the API has against it stands under the text. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../../api/client";
import { refresh } from "../../../api/queries";
import type { TemplateDetail, Variant } from "../../../api/schema.gen";
import { Button } from "../../../ui/button";
import { Dialog } from "../../../ui/dialog";
import { CheckField, Form } from "../../../ui/form";
import { MessageField } from "../../../ui/message/field";
import type { Option } from "../../../ui/picker";
import { toast } from "../../../ui/toasts";
import { Text } from "./row";
import { useVariantTexts } from "./texts";

const MOST_TEXT = 4096;

export function Write({ template, of, variables, onClose }: { template: TemplateDetail; of: Variant | null; variables: Option[]; onClose: () => void }) {
  const t = useVariantTexts();
  const [text, setText] = useState(of?.text ?? template.body);
  const [approved, approve] = useState(of?.state === "approved");
  const save = useMutation({
    mutationFn: () => {
      const body = { text, state: approved ? ("approved" as const) : ("proposed" as const) };
      const path = { template_id: template.id };
      return of ? read(api.PATCH("/api/v1/templates/{template_id}/variants/{variant_id}", { params: { path: { ...path, variant_id: of.id } }, body })) : read(api.POST("/api/v1/templates/{template_id}/variants", { params: { path }, body }));
    },
    onSuccess: () => { toast(t("saved")); refresh("templates"); onClose(); },
  });
  return (
    <Dialog open firm onOpenChange={(open) => !open && onClose()} title={t(of ? "editTitle" : "newTitle")} footer={<><Button onClick={onClose}>{t("cancel")}</Button><Button kind="primary" type="submit" form="variant" busy={save.isPending}>{t("save")}</Button></>}>
      <Form id="variant" error={save.error} onSubmit={() => save.mutate()}>
        <section aria-label={t("original")} className="rounded-control bg-sunken px-3 py-2"><h3 className="mb-1 text-caption text-muted">{t("original")}</h3><Text text={template.body} /></section>
        <MessageField name="text" label={t("text")} value={text} onChange={setText} variables={variables} most={MOST_TEXT} rows={5} hint={t("textHint")} />
        <CheckField name="state" label={t("approveAtOnce")} checked={approved} onChange={approve} />
      </Form>
    </Dialog>
  );
}
