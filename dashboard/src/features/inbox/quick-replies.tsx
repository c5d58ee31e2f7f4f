/** The company's quick replies: what is typed behind a slash, and the text it becomes. */
import { useMutation } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import type { QuickReply } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useFields } from "../../api/automation";
import { useWords } from "../../i18n";
import { Button, IconButton } from "../../ui/button";
import { Confirm, Dialog } from "../../ui/dialog";
import { Form, TextField } from "../../ui/form";
import { MessageField } from "../../ui/message/field";
import { Panel } from "../../ui/panel";
import { Empty, ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { useQuickReplies } from "./data";
import { useInboxTexts } from "./texts";

export function QuickReplies({ onClose }: { onClose: () => void }) {
  const t = useInboxTexts();
  const words = useErrorText();
  const operator = useMay("operator");
  const list = useQuickReplies();
  const [editing, edit] = useState<QuickReply | "new" | null>(null);
  const [leaving, leave] = useState<QuickReply | null>(null);
  const remove = useMutation({
    mutationFn: (one: QuickReply) => read(api.DELETE("/api/v1/quick-replies/{quick_reply_id}", { params: { path: { quick_reply_id: one.id } } })),
    onSuccess: () => { leave(null); refresh("quick-replies"); toast(t("removed")); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  const add = operator && <Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={() => edit("new")}>{t("newQuick")}</Button>;
  return (
    <Panel title={t("quick")} onClose={onClose} actions={add}>
      {list.error && <ErrorBox error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && !list.error && <Skeleton rows={4} onRetry={() => void list.refetch()} />}
      {list.data?.data.length === 0 && <Empty title={t("noQuickYet")}>{t("noQuickText")}</Empty>}
      <ul className="divide-y divide-line">
        {list.data?.data.map((one) => (
          <li key={one.id} className="flex items-start gap-2 py-2 text-table">
            <div className="min-w-0 grow"><p className="font-medium">{`/${one.shortcut}`}</p><p className="break-words whitespace-pre-wrap text-muted">{one.text}</p></div>
            {operator && <IconButton label={`${t("edit")} /${one.shortcut}`} onClick={() => edit(one)}><Pencil size={14} /></IconButton>}
            {operator && <IconButton label={`${t("remove")} /${one.shortcut}`} onClick={() => leave(one)}><Trash2 size={14} /></IconButton>}
          </li>
        ))}
      </ul>
      {editing && <Edit of={editing === "new" ? null : editing} onClose={() => edit(null)} />}
      {leaving && <Confirm open danger onOpenChange={(open) => !open && leave(null)} title={t("removeTitle", { name: leaving.shortcut })} action={t("remove")} busy={remove.isPending} onConfirm={() => remove.mutate(leaving)} />}
    </Panel>
  );
}

function Edit({ of, onClose }: { of: QuickReply | null; onClose: () => void }) {
  const t = useInboxTexts();
  const say = useWords();
  const { fields } = useFields([]);
  const [shortcut, setShortcut] = useState(of?.shortcut ?? "");
  const [text, setText] = useState(of?.text ?? "");
  const save = useMutation({
    mutationFn: (): Promise<QuickReply> => {
      const body = { shortcut: shortcut.trim().replace(/^\//, ""), text };
      return of ? read(api.PATCH("/api/v1/quick-replies/{quick_reply_id}", { params: { path: { quick_reply_id: of.id } }, body })) : read(api.POST("/api/v1/quick-replies", { body }));
    },
    onSuccess: () => { refresh("quick-replies"); toast(t("saved")); onClose(); },
  });
  const variables = fields.filter((one) => !one.name.startsWith("$")).map((one) => ({ value: one.name, title: say(one.label) ?? one.name, note: one.example }));
  return (
    <Dialog open firm onOpenChange={(open) => !open && onClose()} title={of ? `/${of.shortcut}` : t("newQuick")} footer={<><Button onClick={onClose}>{t("cancel")}</Button><Button kind="primary" type="submit" form="quick-reply" busy={save.isPending}>{t("save")}</Button></>}>
      <Form id="quick-reply" error={save.error} onSubmit={() => save.mutate()}>
        <TextField name="shortcut" label={t("shortcut")} hint={t("shortcutHint")} value={shortcut} onChange={setShortcut} maxLength={40} autoComplete="off" />
        <MessageField name="text" label={t("text")} value={text} onChange={setText} variables={variables} most={4096} />
      </Form>
    </Dialog>
  );
}
