/** What messages may want: the company's own intents with their examples, the built-in ones, and what a text would be taken for. */
import { useMutation } from "@tanstack/react-query";
import { Pencil, Plus, Sparkles, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { api, read } from "../../api/client";
import { useIntents } from "../../api/intents";
import { refresh } from "../../api/queries";
import type { AiIntent } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { Bar } from "../../ui/bars";
import { Button, IconButton } from "../../ui/button";
import { Confirm, Dialog } from "../../ui/dialog";
import { AreaField, asNumber, CheckField, Form, TextField } from "../../ui/form";
import { Card } from "../../ui/page";
import { ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { Chip } from "../../ui/status";
import { toast } from "../../ui/toasts";
import { useFormats } from "../../ui/when";
import { Near } from "./near";
import { useAiTexts } from "./texts";

const Confusion = lazy(() => import("./confusion"));

export default function Intents() {
  const t = useAiTexts();
  const say = useWords();
  const words = useErrorText();
  const { percent } = useFormats();
  const operator = useMay("operator");
  const list = useIntents();
  const [editing, edit] = useState<AiIntent | "new" | null>(null);
  const [leaving, leave] = useState<AiIntent | null>(null);
  const remove = useMutation({
    mutationFn: (one: AiIntent) => read(api.DELETE("/api/v1/ai/intents/{intent_id}", { params: { path: { intent_id: one.id } } })),
    onSuccess: () => { leave(null); refresh("intents"); toast(t("removed")); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  const add = operator && <Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={() => edit("new")}>{t("newIntent")}</Button>;
  return (
    <div className="grid grid-cols-1 gap-4 xl:grid-cols-[minmax(0,1fr)_400px]">
      <div className="min-w-0 space-y-4">
        {list.error && <ErrorBox error={list.error} onRetry={() => void list.refetch()} />}
        {list.isPending && !list.error && <Skeleton rows={5} onRetry={() => void list.refetch()} />}
        {list.data && (
          <>
            <Card title={t("ownIntents")} aside={add}>
              {list.data.data.length === 0 && <p className="text-table text-muted">{t("noIntents")}</p>}
              <ul className="divide-y divide-line" data-own-intents>
                {list.data.data.map((one) => (
                  <li key={one.id} className="flex items-start gap-2 py-2 text-table">
                    <div className="min-w-0 grow">
                      <p className="flex flex-wrap items-center gap-2"><span className="font-medium">{one.label}</span><code className="text-caption text-muted">{one.name}</code>{!one.active && <Chip tone="skipped">{t("outOfUse")}</Chip>}{one.threshold !== null && <span className="text-caption text-muted tnum">{t("from0", { share: percent(one.threshold) })}</span>}</p>
                      <p className="truncate text-muted">{`${t("examplesN", { count: one.examples.length })}: ${one.examples.slice(0, 4).join(" · ")}`}</p>
                    </div>
                    {operator && <IconButton label={`${t("edit")}: ${one.label}`} onClick={() => edit(one)}><Pencil size={14} /></IconButton>}
                    {operator && <IconButton label={`${t("remove")}: ${one.label}`} onClick={() => leave(one)}><Trash2 size={14} /></IconButton>}
                  </li>
                ))}
              </ul>
            </Card>
            {list.data.data.length > 0 && <Suspense fallback={null}><Confusion /></Suspense>}
            <Card title={t("builtIn")}>
              <ul className="grid grid-cols-1 gap-x-6 gap-y-1.5 text-table sm:grid-cols-2">
                {list.data.built_in.map((one) => <li key={one.name} className="flex justify-between gap-3"><span className="truncate" title={one.name}>{say(one.text) ?? one.name}</span><span className="shrink-0 text-muted tnum">{t("examplesN", { count: one.examples })}</span></li>)}
              </ul>
            </Card>
          </>
        )}
      </div>
      <Try />
      {editing && <Edit of={editing === "new" ? null : editing} onClose={() => edit(null)} />}
      {leaving && <Confirm open danger onOpenChange={(open) => !open && leave(null)} title={t("removeTitle", { name: leaving.label })} action={t("remove")} busy={remove.isPending} onConfirm={() => remove.mutate(leaving)}>{t("removeIntentText")}</Confirm>}
    </div>
  );
}

function Try() {
  const t = useAiTexts();
  const say = useWords();
  const { percent } = useFormats();
  const [text, setText] = useState("");
  const ask = useMutation({ mutationFn: () => read(api.POST("/api/v1/ai/understand", { body: { text: text.trim() } })) });
  const found = ask.data;
  return (
    <Card title={t("tryText")} className="self-start">
      <Form error={ask.error} onSubmit={() => ask.mutate()}>
        <AreaField name="text" label={t("said")} rows={3} value={text} onChange={setText} maxLength={4_096} hint={t("tryHint")} />
        <Button type="submit" kind="primary" busy={ask.isPending} icon={<Sparkles size={14} aria-hidden />}>{t("understand")}</Button>
      </Form>
      {found && (
        <div className="mt-4 space-y-3" aria-live="polite" data-understood={found.intent ?? ""}>
          <div><p className="flex justify-between gap-2 text-card"><span>{say(found.intent_text) ?? found.intent ?? "—"}</span>{found.confidence !== null && <span className="tnum">{percent(found.confidence)}</span>}</p>{found.confidence !== null && <Bar share={found.confidence} />}</div>
          <Near neighbours={found.neighbours} />
        </div>
      )}
    </Card>
  );
}

function Edit({ of, onClose }: { of: AiIntent | null; onClose: () => void }) {
  const t = useAiTexts();
  const [label, setLabel] = useState(of?.label ?? "");
  const [name, setName] = useState(of?.name ?? "");
  const [description, setDescription] = useState(of?.description ?? "");
  const [examples, setExamples] = useState((of?.examples ?? []).join("\n"));
  const [threshold, setThreshold] = useState(of?.threshold == null ? "" : String(of.threshold));
  const [active, setActive] = useState(of?.active ?? true);
  const save = useMutation({
    mutationFn: (): Promise<AiIntent> => {
      const body = { label: label.trim(), description: description.trim(), examples: examples.split("\n").map((line) => line.trim()).filter(Boolean), threshold: asNumber(threshold) as number | null, active };
      return of ? read(api.PATCH("/api/v1/ai/intents/{intent_id}", { params: { path: { intent_id: of.id } }, body })) : read(api.POST("/api/v1/ai/intents", { body: { name: name.trim(), ...body } }));
    },
    onSuccess: () => { refresh("intents"); toast(t("saved")); onClose(); },
  });
  return (
    <Dialog open firm onOpenChange={(open) => !open && onClose()} title={of ? of.label : t("newIntent")} footer={<><Button onClick={onClose}>{t("cancel")}</Button><Button kind="primary" type="submit" form="intent" busy={save.isPending}>{t("save")}</Button></>}>
      <Form id="intent" error={save.error} onSubmit={() => save.mutate()}>
        <TextField name="label" label={t("label")} value={label} onChange={setLabel} maxLength={100} />
        {!of && <TextField name="name" label={t("codeName")} hint={t("codeNameHint")} value={name} onChange={setName} maxLength={50} mono autoComplete="off" />}
        <AreaField name="examples" label={t("examples")} hint={t("examplesHint")} rows={8} value={examples} onChange={setExamples} />
        <TextField name="description" label={t("description")} value={description} onChange={setDescription} maxLength={500} />
        <TextField name="threshold" label={t("threshold")} hint={t("thresholdHint")} inputMode="decimal" value={threshold} onChange={setThreshold} className="max-w-60" />
        <CheckField name="active" label={t("putInUse")} checked={active} onChange={setActive} />
      </Form>
    </Dialog>
  );
}
