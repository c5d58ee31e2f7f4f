import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import { refresh } from "../../api/queries";
import type { ApiKey } from "../../api/schema.gen";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { Menu, MenuItem } from "../../ui/menu";
import { SecretOnce } from "../../ui/secret";
import { Empty, ErrorBox, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { Chip } from "../../ui/status";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { KeyForm } from "./key-form";
import { useSettingsTexts } from "./texts";

export function Keys() {
  const t = useSettingsTexts();
  const formats = useFormats();
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<string | null>(null);
  const [ending, setEnding] = useState<ApiKey | null>(null);
  const list = useList("api-keys", {}, (cursor, signal) => read(api.GET("/api/v1/api-keys", { params: { query: { limit: 100, cursor } }, signal })));
  const columns: Column<ApiKey>[] = [
    { key: "name", title: t("name"), gives: true, phone: "main", cell: (row) => <span className="font-medium">{row.name}</span> },
    { key: "prefix", title: t("prefix"), phone: "sub", cell: (row) => <code className="text-caption">{`${row.prefix}…`}</code> },
    { key: "role", title: t("role"), cell: (row) => t(row.role) },
    { key: "scopes", title: t("scopes"), cell: (row) => (row.scopes ? <span title={row.scopes.join(", ")}>{t("scopesOf", { count: row.scopes.length })}</span> : t("scopesAll")) },
    { key: "created", title: t("created"), cell: (row) => <When at={row.created_at} /> },
    { key: "used", title: t("lastUse"), phone: "sub", cell: (row) => (row.last_used_at ? <When at={row.last_used_at} /> : t("neverUsed")) },
    { key: "state", title: t("state"), phone: "side", cell: (row) => <Chip tone={row.revoked_at ? "skipped" : "success"}>{row.revoked_at ? t("revoked") : t("inForce")}</Chip> },
    { key: "menu", title: "", right: true, phone: "side", cell: (row) => (row.revoked_at ? null : <Menu><MenuItem danger onSelect={() => setEnding(row)}>{t("revoke")}</MenuItem></Menu>) },
  ];
  return (
    <>
      <div className="flex flex-wrap items-center gap-3"><p className="min-w-0 grow text-muted">{t("keysText")}</p><Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={() => setMaking(true)}>{t("newKey")}</Button></div>
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} />}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows?.length === 0 && <Empty title={t("keysEmpty")} action={<Button kind="primary" onClick={() => setMaking(true)}>{t("newKey")}</Button>}>{t("keysText")}</Empty>}
      {list.rows && list.rows.length > 0 && (
        <DataTable label={t("keys")} columns={columns} rows={list.rows} id={(row) => row.id} footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
      )}
      {making && <KeyForm onClose={() => setMaking(false)} onMade={(key) => { setMaking(false); setMade(key); refresh("api-keys"); }} />}
      {made && <SecretOnce title={t("keyMade")} secrets={[{ label: t("key"), text: made }, { label: t("curl"), text: `curl -H 'Authorization: Bearer ${made}' '${location.origin}/api/v1/me'` }]} onClose={() => setMade(null)} />}
      {ending && <Revoke of={ending} onClose={() => setEnding(null)} />}
    </>
  );
}

function Revoke({ of, onClose }: { of: ApiKey; onClose: () => void }) {
  const t = useSettingsTexts();
  const words = useErrorText();
  const revoke = useMutation({
    mutationFn: () => read(api.DELETE("/api/v1/api-keys/{key_id}", { params: { path: { key_id: of.id } } })),
    onSuccess: () => { toast(t("keyRevoked")); refresh("api-keys"); onClose(); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} title={t("revokeTitle", { name: of.name })} action={t("revoke")} danger busy={revoke.isPending} onConfirm={() => revoke.mutate()}>
      <p>{t("revokeText")}</p>
      <p>{of.last_used_at ? <>{t("lastUse")}{": "}<When at={of.last_used_at} /></> : t("neverUsed")}</p>
    </Confirm>
  );
}
