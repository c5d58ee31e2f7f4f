/** The second factor: secret and QR, its first code, recovery codes shown once; and the way back. */
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import { getSession, setSession, useSession } from "../../api/session";
import { Button } from "../../ui/button";
import { CodeBlock } from "../../ui/copy";
import { Dialog } from "../../ui/dialog";
import { Form, TextField } from "../../ui/form";
import { Card } from "../../ui/page";
import { SecretOnce } from "../../ui/secret";
import { Chip } from "../../ui/status";
import { toast } from "../../ui/toasts";
import { useSettingsTexts } from "./texts";

function has(totp: boolean): void {
  const { user } = getSession();
  if (user) setSession({ user: { ...user, totp } });
}

export function Totp() {
  const t = useSettingsTexts();
  const { user } = useSession();
  const [open, setOpen] = useState<"add" | "remove" | null>(null);
  const on = user?.totp ?? false;
  return (
    <Card title={t("totp")} aside={<Chip tone={on ? "success" : "neutral"}>{on ? t("totpOn") : t("totpOff")}</Chip>}>
      <p className="mb-4 max-w-[72ch] text-muted">{t("totpText")}</p>
      <Button onClick={() => setOpen(on ? "remove" : "add")}>{on ? t("totpRemove") : t("totpAdd")}</Button>
      {open === "add" && <Add onClose={() => setOpen(null)} />}
      {open === "remove" && <Remove onClose={() => setOpen(null)} />}
    </Card>
  );
}

function Add({ onClose }: { onClose: () => void }) {
  const t = useSettingsTexts();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const propose = useMutation({ mutationFn: () => read(api.POST("/api/v1/auth/totp", { body: { password } })) });
  const confirm = useMutation({
    mutationFn: () => read(api.POST("/api/v1/auth/totp/confirm", { body: { code: code.trim() } })),
    onSuccess: (made) => { setSession({ csrf: made.csrf_token }); has(true); refresh("sign-ins"); },
  });
  const codes = confirm.data?.recovery_codes;
  if (codes) return <SecretOnce title={t("recoveryTitle")} secrets={[{ label: t("recoveryCodes"), text: codes.join("\n") }]} onClose={onClose}>{t("recoveryText")}</SecretOnce>;
  const proposed = propose.data;
  const submit = () => { if (!proposed && !propose.isPending) propose.mutate(); else if (proposed && !confirm.isPending) confirm.mutate(); };
  return (
    <Dialog open onOpenChange={(next) => !next && onClose()} firm title={t("totpAdd")} description={proposed ? t("totpScan") : t("totpPassword")} footer={<Button kind="primary" type="submit" form="totp" busy={propose.isPending || confirm.isPending}>{proposed ? t("totpConfirm") : t("next")}</Button>}>
      <Form id="totp" error={proposed ? confirm.error : propose.error} onSubmit={submit}>
        {proposed ? (
          <>
            <img src={`data:image/png;base64,${proposed.qr_png}`} alt={t("totpQr")} width={240} height={240} className="mx-auto rounded-control bg-white [image-rendering:pixelated]" />
            <CodeBlock label={t("totpSecret")} text={proposed.secret} />
            <TextField key="code" name="code" label={t("code")} value={code} onChange={setCode} inputMode="numeric" autoComplete="one-time-code" mono autoFocus />
          </>
        ) : <TextField key="password" name="password" label={t("currentPassword")} type="password" autoComplete="current-password" value={password} onChange={setPassword} autoFocus />}
      </Form>
    </Dialog>
  );
}

function Remove({ onClose }: { onClose: () => void }) {
  const t = useSettingsTexts();
  const [password, setPassword] = useState("");
  const remove = useMutation({
    mutationFn: () => read(api.POST("/api/v1/auth/totp/remove", { body: { password } })),
    onSuccess: (made) => { setSession({ csrf: made.csrf_token }); has(false); toast(t("totpRemoved")); refresh("sign-ins"); onClose(); },
  });
  return (
    <Dialog open onOpenChange={(next) => !next && onClose()} title={t("totpRemove")} description={t("totpRemoveText")} footer={<Button kind="danger" type="submit" form="totp-remove" busy={remove.isPending}>{t("totpRemove")}</Button>}>
      <Form id="totp-remove" error={remove.error} onSubmit={() => !remove.isPending && remove.mutate()}>
        <TextField name="password" label={t("currentPassword")} type="password" autoComplete="current-password" value={password} onChange={setPassword} autoFocus />
      </Form>
    </Dialog>
  );
}
