import { useMutation } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { Problem } from "../../api/problem";
import { useList } from "../../api/lists";
import { refresh } from "../../api/queries";
import type { Invitation, User } from "../../api/schema.gen";
import type { Role } from "../../api/session";
import { Button } from "../../ui/button";
import { Confirm, Dialog } from "../../ui/dialog";
import { ChoiceField, Form, TextField } from "../../ui/form";
import { Menu, MenuItem } from "../../ui/menu";
import { SecretOnce } from "../../ui/secret";
import { ErrorBox, RefetchBar, Skeleton, useErrorText } from "../../ui/states";
import { Chip } from "../../ui/status";
import { DataTable, TableFoot, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { useSettingsTexts } from "./texts";
import { author } from "../../lib/author";

const ROLES: Role[] = ["viewer", "operator", "owner"];
const DOES = { viewer: "viewerDoes", operator: "operatorDoes", owner: "ownerDoes" } as const;

export function Users() {
  const t = useSettingsTexts();
  const formats = useFormats();
  const [inviting, setInviting] = useState(false);
  const [link, setLink] = useState<string | null>(null);
  const [leaving, setLeaving] = useState<User | null>(null);
  const change = useRoleChange();
  const list = useList<User>("users", {}, (cursor, signal) => read(api.GET("/api/v1/users", { params: { query: { limit: 100, cursor } }, signal })));
  const owners = list.rows?.filter((row) => row.role === "owner").length ?? 0;
  // The last owner: nobody else could ever let people in again.
  const last = (row: User) => row.role === "owner" && owners === 1 && !list.hasNextPage;
  const columns: Column<User>[] = [
    { key: "email", title: t("email"), phone: "main", cell: (row) => <><span className="font-medium">{row.email}</span>{row.you && <span className="ml-2 text-caption text-muted">{t("thatsYou")}</span>}</> },
    { key: "name", title: t("name"), phone: "sub", cell: (row) => row.name || "—" },
    {
      key: "role", title: t("role"), phone: "side",
      cell: (row) => (last(row) ? <span title={t("lastOwner")}>{`${t("owner")} · ${t("lastOwnerShort")}`}</span>
        : <select aria-label={`${t("role")}: ${row.email}`} className="field !w-32" value={row.role} disabled={change.isPending} onChange={(event) => change.mutate({ row, role: event.target.value as Role })}>{ROLES.map((role) => <option key={role} value={role}>{t(role)}</option>)}</select>),
    },
    { key: "totp", title: t("totp"), cell: (row) => <Chip tone={row.totp ? "success" : "neutral"}>{row.totp ? t("totpOn") : t("totpOff")}</Chip> },
    { key: "seen", title: t("lastSeen"), phone: "sub", cell: (row) => (row.last_seen_at ? <When at={row.last_seen_at} /> : t("never")) },
    { key: "since", title: t("memberSince"), cell: (row) => <When at={row.created_at} /> },
    { key: "menu", title: "", right: true, phone: "side", cell: (row) => (last(row) ? null : <Menu><MenuItem danger onSelect={() => setLeaving(row)}>{row.you ? t("leaveCompany") : t("removeUser")}</MenuItem></Menu>) },
  ];
  return (
    <>
      <div className="flex flex-wrap items-center gap-3"><p className="min-w-0 grow text-muted">{t("usersText")}</p><Button kind="primary" icon={<UserPlus size={14} aria-hidden />} onClick={() => setInviting(true)}>{t("invite")}</Button></div>
      <RefetchBar on={list.isFetching && !list.isPending} />
      {list.error && <ErrorBox error={list.error} since={list.rows && formats.clock(new Date(list.dataUpdatedAt))} onRetry={() => void list.refetch()} />}
      {list.isPending && !list.error && <Skeleton onRetry={() => void list.refetch()} />}
      {list.rows && <DataTable label={t("users")} columns={columns} rows={list.rows} id={(row) => row.id} footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />}
      <Invitations />
      {inviting && <Invite onClose={() => setInviting(false)} onMade={(made) => { setInviting(false); setLink(made); refresh("invitations"); }} />}
      {link && <SecretOnce title={t("invitationMade")} secrets={[{ label: t("link"), text: link }]} onClose={() => setLink(null)}>{t("invitationText")}</SecretOnce>}
      {leaving && <Remove of={leaving} onClose={() => setLeaving(null)} />}
    </>
  );
}

function useRoleChange() {
  const t = useSettingsTexts();
  const words = useErrorText();
  return useMutation({
    mutationFn: ({ row, role }: { row: User; role: Role }) => read(api.PATCH("/api/v1/users/{user_id}", { params: { path: { user_id: row.id } }, body: { role } })),
    onSuccess: (made) => { toast(t("roleChanged", { email: made.email, role: t(made.role) })); refresh("users"); },
    onError: (error) => { toast(error instanceof Problem && error.status === 409 ? t("lastOwner") : words(error), { bad: true }); refresh("users"); },
  });
}

function Remove({ of, onClose }: { of: User; onClose: () => void }) {
  const t = useSettingsTexts();
  const words = useErrorText();
  const remove = useMutation({
    mutationFn: () => read(api.DELETE("/api/v1/users/{user_id}", { params: { path: { user_id: of.id } } })),
    onSuccess: () => { if (of.you) { location.assign("/"); return; } toast(t("userRemoved")); refresh("users"); onClose(); },
    onError: (error) => toast(error instanceof Problem && error.status === 409 ? t("lastOwner") : words(error), { bad: true }),
  });
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} title={of.you ? t("leaveTitle") : t("removeUserTitle", { email: of.email })} action={of.you ? t("leaveCompany") : t("removeUser")} danger busy={remove.isPending} onConfirm={() => remove.mutate()}>
      <p>{of.you ? t("leaveText") : t("removeUserText")}</p>
    </Confirm>
  );
}

function Invite({ onClose, onMade }: { onClose: () => void; onMade: (link: string) => void }) {
  const t = useSettingsTexts();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const make = useMutation({
    mutationFn: () => read(api.POST("/api/v1/invitations", { body: { email: email.trim(), role } })),
    onSuccess: (made) => onMade(made.link),
  });
  const member = make.error instanceof Problem && make.error.status === 409;
  const error = member ? { fields: [{ field: "email", reason: t("memberAlready"), reason_text: { pt: t("memberAlready"), en: t("memberAlready") } }] } : make.error;
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} firm title={t("invite")} description={t("inviteText")} footer={<Button kind="primary" type="submit" form="invite" busy={make.isPending}>{t("makeLink")}</Button>}>
      <Form id="invite" error={error} onSubmit={() => !make.isPending && make.mutate()}>
        <TextField name="email" label={t("email")} type="email" value={email} onChange={setEmail} autoFocus autoComplete="off" />
        <ChoiceField name="role" label={t("role")} value={role} onChange={(next) => setRole(next as Role)} options={ROLES.map((value) => ({ value, title: `${t(value)} — ${t(DOES[value])}` }))} />
      </Form>
    </Dialog>
  );
}

function Invitations() {
  const t = useSettingsTexts();
  const words = useErrorText();
  const formats = useFormats();
  const list = useList<Invitation>("invitations", {}, (cursor, signal) => read(api.GET("/api/v1/invitations", { params: { query: { limit: 100, cursor } }, signal })));
  const take = useMutation({
    mutationFn: (row: Invitation) => read(api.DELETE("/api/v1/invitations/{invitation_id}", { params: { path: { invitation_id: row.id } } })),
    onSuccess: () => { toast(t("invitationTaken")); refresh("invitations"); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  const columns: Column<Invitation>[] = [
    { key: "email", title: t("email"), phone: "main", cell: (row) => <span className="font-medium">{row.email}</span> },
    { key: "role", title: t("role"), phone: "side", cell: (row) => t(row.role) },
    { key: "by", title: t("invitedBy"), cell: (row) => author(row.created_by) },
    { key: "until", title: t("validUntil"), phone: "sub", cell: (row) => <When at={row.expires_at} /> },
    { key: "end", title: "", right: true, phone: "side", cell: (row) => <Button busy={take.isPending && take.variables?.id === row.id} onClick={() => take.mutate(row)}>{t("takeBack")}</Button> },
  ];
  if (list.error) return <ErrorBox error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.rows?.length) return null;
  return (
    <section aria-label={t("invitations")} className="space-y-2">
      <h2 className="text-card">{t("invitations")}</h2>
      <DataTable label={t("invitations")} columns={columns} rows={list.rows} id={(row) => row.id} footer={<TableFoot loaded={formats.count(list.rows.length)} total={formats.count(list.count)} capped={list.capped} busy={list.isFetchingNextPage} onMore={list.hasNextPage ? () => void list.fetchNextPage() : undefined} />} />
    </section>
  );
}
