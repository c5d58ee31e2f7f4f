/** Step one: which file. Below it the files of the last days, so that one can go on with them. */
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useMutation } from "@tanstack/react-query";
import { FileDown, Trash2, Upload as UploadIcon } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { refresh } from "../../api/queries";
import type { ContactImport, ContactImportSummary } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { upload, type Upload } from "../../api/upload";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { fieldErrors, useFieldReason } from "../../ui/form";
import { Menu, MenuItem } from "../../ui/menu";
import { Card, PageHead } from "../../ui/page";
import { Progress, SEGMENT_TONES } from "../../ui/progress";
import { Empty, ErrorBox, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { Chip } from "../../ui/status";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { SAMPLE } from "./sample";
import { sniff, type Trouble } from "./sniff";
import { Steps } from "./steps";
import { useImportTexts } from "./texts";

export function ImportFiles() {
  const t = useImportTexts();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const crumb = <Link to={`/c/${company}/contacts` as string} className="hover:underline">{t("contacts")}</Link>;
  return (
    <>
      <PageHead title={t("title")} crumb={crumb} />
      {operator && <><Steps at="file" /><Choose /></>}
      <h2 className="mt-6 mb-2 text-card">{t("files")}</h2>
      <Files operator={operator} />
    </>
  );
}

function Choose() {
  const t = useImportTexts();
  const formats = useFormats();
  const navigate = useNavigate();
  const { company } = useParams({ strict: false }) as { company: string };
  const input = useRef<HTMLInputElement>(null);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [file, setFile] = useState<File | null>(null);
  const [sent, setSent] = useState(0);
  const [over, setOver] = useState(false);
  const going = useRef<Upload<ContactImport> | null>(null);
  useEffect(() => () => going.current?.cancel(), []);
  const take = async (chosen: File | undefined) => {
    if (!chosen || going.current) return;
    setError(null);
    const found = await sniff(chosen).catch((): Trouble => "binary");
    setTrouble(found);
    if (found) return;
    setFile(chosen);
    setSent(0);
    going.current = upload<ContactImport>("/api/v1/contacts/import", { filename: chosen.name.slice(0, 200) }, chosen, setSent);
    try {
      const made = await going.current.answer;
      refresh("imports");
      void navigate({ to: `/c/${company}/contacts/import/${made.id}` as string });
    } catch (problem) {
      if (!(problem instanceof DOMException)) setError(problem);
    } finally {
      going.current = null;
      setFile(null);
    }
  };
  const reason = useFieldReason();
  const told = fieldErrors(error).find((one) => one.field === "file");
  return (
    <Card>
      <div
        className={`flex flex-col items-center gap-3 rounded-control border border-dashed px-4 py-8 text-center ${over ? "border-accent bg-accent-soft" : "border-line-strong"}`}
        onDragOver={(event) => { event.preventDefault(); setOver(true); }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => { event.preventDefault(); setOver(false); void take(event.dataTransfer.files[0]); }}
      >
        {file ? (
          <div className="w-full max-w-120 space-y-2" aria-live="polite">
            <p className="text-table">{sent >= file.size ? t("reading", { name: file.name }) : t("sending", { name: file.name, sent: formats.bytes(sent), size: formats.bytes(file.size) })}</p>
            <Progress label={t("sendingLabel")} total={file.size} segments={[{ key: "sent", name: t("sentBytes"), value: sent, tone: SEGMENT_TONES.sent }]} />
            <Button onClick={() => going.current?.cancel()}>{t("stop")}</Button>
          </div>
        ) : (
          <>
            <p className="max-w-[72ch] text-muted">{t("fileText")}</p>
            <input ref={input} type="file" accept=".csv,.txt,.tsv,text/csv,text/plain" className="sr-only" tabIndex={-1} aria-label={t("choose")} onChange={(event) => { void take(event.target.files?.[0]); event.target.value = ""; }} />
            <div className="flex flex-wrap justify-center gap-2">
              <Button kind="primary" icon={<UploadIcon size={14} aria-hidden />} onClick={() => input.current?.click()}>{t("choose")}</Button>
              <a className="control border border-line-strong bg-surface hover:bg-sunken" href={SAMPLE} download={t("sampleName")}><FileDown size={14} aria-hidden />{t("sample")}</a>
            </div>
            <p className="text-caption text-muted">{t("nothingYet")}</p>
          </>
        )}
      </div>
      {trouble && <p role="alert" className="mt-3 text-table text-danger-fg">{t(trouble)}</p>}
      {error !== null && <div className="mt-3"><ErrorBox error={error} title={t("notTaken")} text={told && reason(told)} /></div>}
    </Card>
  );
}

function Files({ operator }: { operator: boolean }) {
  const t = useImportTexts();
  const formats = useFormats();
  const navigate = useNavigate();
  const { company } = useParams({ strict: false }) as { company: string };
  const [deleting, del] = useState<ContactImportSummary | null>(null);
  const list = useList<ContactImportSummary>("imports", {}, (cursor, signal) => read(api.GET("/api/v1/contacts/import", { params: { query: { limit: 50, cursor } as never }, signal })));
  const path = (row: ContactImportSummary) => `/c/${company}/contacts/import/${row.id}` as string;
  const columns: Column<ContactImportSummary>[] = [
    { key: "file", title: t("file"), phone: "main", cell: (row) => <Link to={path(row)} className="font-medium hover:underline">{row.filename || t("unnamed")}</Link> },
    { key: "state", title: t("state"), phone: "side", cell: (row) => (row.job_id ? <Chip tone="success">{t("begun")}</Chip> : <Chip tone="warning">{t("waiting")}</Chip>) },
    { key: "lines", title: t("lines"), right: true, phone: "sub", cell: (row) => formats.count(row.lines) },
    { key: "bytes", title: t("size"), right: true, phone: "sub", cell: (row) => formats.bytes(row.bytes) },
    { key: "at", title: t("sentAt"), phone: "sub", cell: (row) => <When at={row.created_at} /> },
    { key: "until", title: t("keptUntil"), cell: (row) => <When at={row.expires_at} /> },
    ...(operator ? [{ key: "menu", title: t("actions"), right: true, phone: "side" as const, cell: (row: ContactImportSummary) => <Menu><MenuItem danger icon={<Trash2 size={14} aria-hidden />} onSelect={() => del(row)}>{t("delete")}</MenuItem></Menu> }] : []),
  ];
  return (
    <>
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton rows={3} onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && <Empty title={t("noFilesTitle")}>{t("noFilesText")}</Empty>}
      {list.rows && list.rows.length > 0 && <DataTable label={t("files")} columns={columns} rows={list.rows} id={(row) => row.id} onOpen={(row) => void navigate({ to: path(row) })} footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />}
      {deleting && <Delete file={deleting} onClose={() => del(null)} />}
    </>
  );
}

function Delete({ file, onClose }: { file: ContactImportSummary; onClose: () => void }) {
  const t = useImportTexts();
  const words = useErrorText();
  const remove = useMutation({
    mutationFn: () => read(api.DELETE("/api/v1/contacts/import/{import_id}", { params: { path: { import_id: file.id } } })),
    onSuccess: () => { refresh("imports"); toast(t("deleted")); onClose(); },
    onError: (error: { status?: number }) => { toast(error.status === 409 ? t("atWork") : words(error), { bad: true }); onClose(); },
  });
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} danger title={t("deleteTitle", { name: file.filename || t("unnamed") })} action={t("deleteFile")} busy={remove.isPending} onConfirm={() => remove.mutate()}>
      <p>{t("deleteText", { count: file.lines })}</p>
    </Confirm>
  );
}
