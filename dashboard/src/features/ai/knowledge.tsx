/** What the assistant answers from: texts, questions with approved answers, files; and trying what a question finds. */
import { useMutation } from "@tanstack/react-query";
import { FileText, FileUp, MessageCircleQuestionMark, Plus } from "lucide-react";
import { useRef, useState } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { refresh } from "../../api/queries";
import type { KnowledgeSourceSummary as Source } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { upload } from "../../api/upload";
import { useWords } from "../../i18n";
import { useUrlState } from "../../lib/url";
import { useRefetchOn } from "../../live/refetch";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { fieldErrors, useFieldReason } from "../../ui/form";
import { Menu, MenuItem } from "../../ui/menu";
import { Empty, ErrorBox, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { Chip, type Tone } from "../../ui/status";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { useNow } from "../../live/hooks";
import { Ask } from "./ask";
import { SourceForm, type Kind } from "./source-form";
import { SourcePanel } from "./source-panel";
import { useAiTexts } from "./texts";

const TONES: Record<Source["state"], Tone> = { waiting: "info", ready: "success", failed: "danger" };
const KINDS = { text: "kind_text", question: "kind_question", file: "kind_file" } as const;
const LOOK_MS = 2_000;

export default function Knowledge() {
  const t = useAiTexts();
  const say = useWords();
  const words = useErrorText();
  const formats = useFormats();
  const operator = useMay("operator");
  const [search, setSearch] = useUrlState();
  const [making, make] = useState<Kind | null>(null);
  const [editing, edit] = useState<Source | null>(null);
  const [leaving, leave] = useState<Source | null>(null);
  const list = useList<Source>("knowledge", {}, (cursor, signal) => read(api.GET("/api/v1/ai/knowledge", { params: { query: { limit: 50, cursor } }, signal })));
  const tick = useNow(LOOK_MS);
  useRefetchOn(list.rows?.some((row) => row.state === "waiting") ? tick : undefined, ["knowledge"], LOOK_MS);
  const changed = () => refresh("knowledge");
  const turn = useMutation({
    mutationFn: (row: Source) => read(api.PATCH("/api/v1/ai/knowledge/{source_id}", { params: { path: { source_id: row.id } }, body: { active: !row.active } })),
    onSuccess: changed,
    onError: (error) => toast(words(error), { bad: true }),
  });
  const remove = useMutation({
    mutationFn: (row: Source) => read(api.DELETE("/api/v1/ai/knowledge/{source_id}", { params: { path: { source_id: row.id } } })),
    onSuccess: () => { leave(null); changed(); toast(t("removed")); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  const columns: Column<Source>[] = [
    { key: "name", title: t("name"), phone: "main", cell: (row) => <span className="font-medium">{row.question ?? row.name}</span> },
    { key: "kind", title: t("kind"), phone: "sub", cell: (row) => (row.format ? `${t(KINDS[row.kind])} ${row.format}` : t(KINDS[row.kind])) },
    { key: "state", title: t("state"), phone: "side", cell: (row) => <span className="inline-flex gap-1.5"><Chip tone={TONES[row.state]} title={say(row.error_text) ?? row.error ?? undefined}>{t(row.state)}</Chip>{!row.active && <Chip tone="skipped">{t("outOfUse")}</Chip>}</span> },
    { key: "passages", title: t("passages"), right: true, cell: (row) => formats.count(row.passages) },
    { key: "updated", title: t("updated"), phone: "sub", cell: (row) => <When at={row.updated_at} /> },
  ];
  if (operator) columns.push({
    key: "actions", title: t("actions"), right: true, phone: "side",
    cell: (row) => (
      <Menu>
        <MenuItem onSelect={() => setSearch({ source: row.id })}>{t("open")}</MenuItem>
        <MenuItem onSelect={() => edit(row)}>{t("edit")}</MenuItem>
        <MenuItem onSelect={() => turn.mutate(row)}>{t(row.active ? "takeOut" : "putInUse")}</MenuItem>
        <MenuItem danger onSelect={() => leave(row)}>{t("remove")}</MenuItem>
      </Menu>
    ),
  });
  return (
    <div className="grid grid-cols-1 gap-4 2xl:grid-cols-[minmax(0,1fr)_400px]">
      <div className="min-w-0 space-y-3">
        {operator && (
          <div className="flex flex-wrap items-center gap-2">
            <Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={() => make("question")}>{t("addQuestion")}</Button>
            <Button icon={<FileText size={14} aria-hidden />} onClick={() => make("text")}>{t("addText")}</Button>
            <FileButton onDone={changed} />
          </div>
        )}
        <RefetchBar on={list.isFetching && !list.isPending} />
        {list.error && <ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} />}
        {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
        {list.rows?.length === 0 && <Empty title={t("empty")} action={operator ? <Button kind="primary" icon={<MessageCircleQuestionMark size={14} aria-hidden />} onClick={() => make("question")}>{t("addQuestion")}</Button> : undefined}>{t("emptyText")}</Empty>}
        {list.rows && list.rows.length > 0 && (
          <DataTable label={t("knowledge")} columns={columns} rows={list.rows} id={(row) => row.id} selected={search.source} onOpen={(row) => setSearch({ source: row.id })} footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
        )}
      </div>
      <Ask />
      {making && <SourceForm kind={making} onClose={() => make(null)} />}
      {editing && <SourceForm kind={editing.kind} of={editing} onClose={() => edit(null)} />}
      {search.source && <SourcePanel id={search.source} onClose={() => setSearch({ source: undefined })} />}
      {leaving && <Confirm open danger onOpenChange={(open) => !open && leave(null)} title={t("removeTitle", { name: leaving.name })} action={t("remove")} busy={remove.isPending} onConfirm={() => remove.mutate(leaving)}>{t("removeText")}</Confirm>}
    </div>
  );
}

function FileButton({ onDone }: { onDone: () => void }) {
  const t = useAiTexts();
  const words = useErrorText();
  const reason = useFieldReason();
  const input = useRef<HTMLInputElement>(null);
  const send = useMutation({
    mutationFn: (file: File) => upload("/api/v1/ai/knowledge/files", { filename: file.name.slice(0, 200) }, file, () => undefined, "application/octet-stream").answer,
    onSuccess: onDone,
  });
  const fields = fieldErrors(send.error);
  return (
    <>
      <input ref={input} type="file" accept=".txt,.md,.pdf,.csv" aria-label={t("addFile")} className="sr-only" tabIndex={-1} onChange={(event) => { const file = event.target.files?.[0]; event.target.value = ""; if (file) send.mutate(file); }} />
      <Button icon={<FileUp size={14} aria-hidden />} busy={send.isPending} onClick={() => input.current?.click()}>{t("addFile")}</Button>
      <span className="text-caption text-muted" aria-live="polite">{send.isPending ? t("sending", { name: send.variables.name }) : t("fileHint")}</span>
      {send.error && <p role="alert" className="basis-full text-table text-danger-fg">{fields.length ? fields.map(reason).join(" ") : words(send.error)}</p>}
    </>
  );
}
