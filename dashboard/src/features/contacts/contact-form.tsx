/** A person is made, or changed: own columns, tags and custom fields. */
import { useNavigate, useParams } from "@tanstack/react-router";
import { useMutation } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import type { Contact } from "../../api/schema.gen";
import { Button, IconButton } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Form, FormField, TextField } from "../../ui/form";
import { toast } from "../../ui/toasts";
import { changedFields, rowsOf, type FieldRow } from "./fields";
import { useContactTexts } from "./texts";

export function ContactForm({ known, onClose }: { known?: Contact; onClose: () => void }) {
  const t = useContactTexts();
  const navigate = useNavigate();
  const { company } = useParams({ strict: false }) as { company: string };
  const [phone, setPhone] = useState(known?.phone ?? "");
  const [name, setName] = useState(known?.name ?? "");
  const [email, setEmail] = useState(known?.email ?? "");
  const [document, setDocument] = useState(known?.document ?? "");
  const [tags, setTags] = useState(known?.tags.join(", ") ?? "");
  const [rows, setRows] = useState<FieldRow[]>(() => rowsOf(known?.fields ?? {}));
  const save = useMutation({
    mutationFn: () => {
      const given = {
        name: name.trim() || null, email: email.trim() || null, document: document.trim() || null,
        tags: tags.split(",").map((one) => one.trim()).filter(Boolean), fields: changedFields(known?.fields ?? {}, rows),
      };
      if (!known) return read(api.POST("/api/v1/contacts", { body: { phone, ...given } }));
      return read(api.PATCH("/api/v1/contacts/{contact_id}", { params: { path: { contact_id: known.id } }, body: { ...given, ...(phone && phone !== known.phone ? { phone } : {}) } }));
    },
    onSuccess: (contact) => {
      refresh("contacts", "tags");
      toast(t("saved"));
      onClose();
      if (!known) void navigate({ to: `/c/${company}/contacts/${contact.id}` as string });
    },
  });
  const change = (at: number, patch: Partial<FieldRow>) => setRows(rows.map((row, index) => (index === at ? { ...row, ...patch } : row)));
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} firm title={known ? t("editContact") : t("newContact")} footer={<Button kind="primary" type="submit" form="contact" busy={save.isPending}>{t("save")}</Button>}>
      <Form id="contact" error={save.error} onSubmit={() => save.mutate()}>
        <TextField name="phone" label={t("phone")} hint={t("phoneHint")} value={phone} onChange={setPhone} inputMode="tel" autoComplete="off" autoFocus={!known} />
        <TextField name="name" label={t("name")} value={name} onChange={setName} maxLength={300} autoComplete="off" />
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField name="email" label={t("email")} type="email" value={email} onChange={setEmail} maxLength={320} autoComplete="off" />
          <TextField name="document" label={t("document")} value={document} onChange={setDocument} maxLength={60} autoComplete="off" />
        </div>
        <TextField name="tags" label={t("tags")} hint={t("tagsHint")} value={tags} onChange={setTags} />
        <FormField name="fields" label={t("fields")} hint={t("fieldsHint")}>
          {(props) => (
            <div id={props.id} role="group" aria-label={t("fields")} className="space-y-2">
              {rows.map((row, at) => (
                <div key={row.key} className="flex gap-2">
                  <input aria-label={t("fieldName")} className="field font-mono" value={row.name} placeholder={t("fieldNameHint")} onChange={(event) => change(at, { name: event.target.value })} />
                  <input aria-label={row.name ? t("fieldValueOf", { name: row.name }) : t("fieldValue")} className="field" value={row.value} onChange={(event) => change(at, { value: event.target.value })} />
                  <IconButton label={t("removeField", { name: row.name })} onClick={() => setRows(rows.filter((_, index) => index !== at))}><X size={14} /></IconButton>
                </div>
              ))}
              <Button icon={<Plus size={14} aria-hidden />} onClick={() => setRows([...rows, { key: crypto.randomUUID(), name: "", value: "" }])}>{t("addField")}</Button>
            </div>
          )}
        </FormField>
      </Form>
    </Dialog>
  );
}
