import { Link, useParams } from "@tanstack/react-router";
import { useMutation } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { refresh } from "../../api/queries";
import type { ContactList } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { Button } from "../../ui/button";
import { Confirm, Dialog } from "../../ui/dialog";
import { AreaField, Form, TextField } from "../../ui/form";
import { Menu, MenuItem } from "../../ui/menu";
import { Empty, ErrorBox, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { upTo } from "./data";
import { useContactTexts } from "./texts";

export function Lists() {
  const t = useContactTexts();
  const formats = useFormats();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const [editing, edit] = useState<ContactList | "new" | null>(null);
  const [deleting, del] = useState<ContactList | null>(null);
  const list = useList<ContactList>("lists", {}, (cursor, signal) => read(api.GET("/api/v1/lists", { params: { query: { limit: 100, cursor } as never }, signal })));
  const people = (row: ContactList) => <Link to={`/c/${company}/contacts` as string} search={{ list_id: row.id } as never} className="font-medium hover:underline">{row.name}</Link>;
  const columns: Column<ContactList>[] = [
    { key: "name", title: t("list"), phone: "main", cell: people },
    { key: "description", title: t("description"), phone: "sub", cell: (row) => row.description || "—" },
    { key: "members", title: t("people"), right: true, phone: "side", cell: (row) => <Link to={`/c/${company}/contacts` as string} search={{ list_id: row.id } as never} className="inline-flex min-h-6 min-w-6 items-center justify-end underline">{upTo(row.members, row.members_capped, formats.count)}</Link> },
    { key: "updated", title: t("changedAt"), phone: "sub", cell: (row) => <When at={row.updated_at} /> },
    ...(operator ? [{ key: "menu", title: t("actions"), right: true, phone: "side" as const, cell: (row: ContactList) => <Menu><MenuItem icon={<Pencil size={14} aria-hidden />} onSelect={() => edit(row)}>{t("edit")}</MenuItem><MenuItem danger icon={<Trash2 size={14} aria-hidden />} onSelect={() => del(row)}>{t("delete")}</MenuItem></Menu> }] : []),
  ];
  const make = operator && <Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={() => edit("new")}>{t("newList")}</Button>;
  return (
    <>
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <div className="mb-3"><ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} /></div>}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && <Empty title={t("noListsTitle")} action={make || undefined}>{t("noListsText")}</Empty>}
      {list.rows && list.rows.length > 0 && (
        <>
          {make && <div className="mb-3 flex justify-end">{make}</div>}
          <DataTable label={t("lists")} columns={columns} rows={list.rows} id={(row) => row.id} footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
        </>
      )}
      {editing && <ListForm known={editing === "new" ? null : editing} onClose={() => edit(null)} />}
      {deleting && <DeleteList list={deleting} onClose={() => del(null)} />}
    </>
  );
}

function ListForm({ known, onClose }: { known: ContactList | null; onClose: () => void }) {
  const t = useContactTexts();
  const [name, setName] = useState(known?.name ?? "");
  const [description, setDescription] = useState(known?.description ?? "");
  const save = useMutation({
    mutationFn: () => (known ? read(api.PATCH("/api/v1/lists/{list_id}", { params: { path: { list_id: known.id } }, body: { name, description } })) : read(api.POST("/api/v1/lists", { body: { name, description } }))),
    onSuccess: () => { refresh("lists"); toast(t("saved")); onClose(); },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={known ? t("editList") : t("newList")} footer={<Button kind="primary" type="submit" form="list" busy={save.isPending}>{t("save")}</Button>}>
      <Form id="list" error={save.error} onSubmit={() => save.mutate()}>
        <TextField name="name" label={t("listName")} value={name} onChange={setName} autoFocus maxLength={120} />
        <AreaField name="description" label={t("description")} value={description} onChange={setDescription} rows={2} maxLength={500} />
      </Form>
    </Dialog>
  );
}

function DeleteList({ list, onClose }: { list: ContactList; onClose: () => void }) {
  const t = useContactTexts();
  const words = useErrorText();
  const formats = useFormats();
  const remove = useMutation({
    mutationFn: () => read(api.DELETE("/api/v1/lists/{list_id}", { params: { path: { list_id: list.id } } })),
    onSuccess: () => { refresh("lists", "contacts"); toast(t("deleted")); onClose(); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} danger title={t("deleteListTitle", { name: list.name })} action={t("deleteList")} busy={remove.isPending} onConfirm={() => remove.mutate()}>
      <p>{t("deleteListText", { count: list.members, n: upTo(list.members, list.members_capped, formats.count) })}</p>
    </Confirm>
  );
}
