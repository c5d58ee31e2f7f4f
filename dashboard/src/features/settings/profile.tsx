import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { changeProfile, keepTaste } from "../../api/profile";
import { refresh } from "../../api/queries";
import { setSession, useSession } from "../../api/session";
import { setLanguage, useLanguage } from "../../i18n";
import { Button } from "../../ui/button";
import { Form, TextField } from "../../ui/form";
import { setKeysOn, useKeysOn } from "../../ui/keys";
import { Card } from "../../ui/page";
import { Switch } from "../../ui/switch";
import { setDensity, setTheme, useDensity, useTheme } from "../../ui/theme";
import { toast } from "../../ui/toasts";
import { SignIns } from "./sign-ins";
import { useSettingsTexts } from "./texts";
import { Totp } from "./totp";

export function Profile() {
  return (
    <div className="grid grid-cols-1 gap-4 2xl:grid-cols-2">
      <Person />
      <Taste />
      <Password />
      <Totp />
      <SignIns />
    </div>
  );
}

function Person() {
  const t = useSettingsTexts();
  const { user } = useSession();
  const [name, setName] = useState(user?.name ?? "");
  const save = useMutation({ mutationFn: () => changeProfile({ name: name.trim() }), onSuccess: () => toast(t("saved")) });
  return (
    <Card title={t("you")}>
      <Form error={save.error} onSubmit={() => !save.isPending && save.mutate()}>
        <TextField name="name" label={t("name")} value={name} onChange={setName} autoComplete="name" />
        <TextField name="email" label={t("email")} value={user?.email ?? ""} onChange={() => undefined} readOnly hint={t("emailHint")} />
        <Button type="submit" kind="primary" busy={save.isPending}>{t("save")}</Button>
      </Form>
    </Card>
  );
}

/** What holds on this device at once; language and theme go into the profile as well. */
function Taste() {
  const t = useSettingsTexts();
  const language = useLanguage();
  const theme = useTheme();
  const density = useDensity();
  const keys = useKeysOn();
  return (
    <Card title={t("taste")}>
      <div className="max-w-160 space-y-4">
        <label className="block space-y-1"><span className="block text-table font-medium">{t("language")}</span>
          <select className="field" value={language} onChange={(event) => { const next = event.target.value === "en" ? "en" : "pt-BR"; setLanguage(next); keepTaste({ language: next }); }}><option value="pt-BR">{"Português (Brasil)"}</option><option value="en">{"English"}</option></select>
        </label>
        <label className="block space-y-1"><span className="block text-table font-medium">{t("theme")}</span>
          <select className="field" value={theme} onChange={(event) => { const next = event.target.value as typeof theme; setTheme(next); keepTaste({ theme: next }); }}>{(["system", "light", "dark"] as const).map((one) => <option key={one} value={one}>{t(one)}</option>)}</select>
        </label>
        <label className="block space-y-1"><span className="block text-table font-medium">{t("density")}</span>
          <select className="field" value={density} onChange={(event) => setDensity(event.target.value === "compact" ? "compact" : "normal")}><option value="normal">{t("normal")}</option><option value="compact">{t("compact")}</option></select>
          <span className="block text-caption text-muted">{t("deviceOnly")}</span>
        </label>
        <div className="flex items-center gap-3"><Switch checked={keys} label={t("keysOn")} onChange={setKeysOn} /><span>{t("keysOn")}</span></div>
        <p className="text-caption text-muted">{t("keysHint")}</p>
      </div>
    </Card>
  );
}

function Password() {
  const t = useSettingsTexts();
  const { user } = useSession();
  const [old, setOld] = useState("");
  const [password, setPassword] = useState("");
  const save = useMutation({
    mutationFn: () => read(api.POST("/api/v1/auth/password", { body: { current_password: old, password } })),
    onSuccess: (made) => { setSession({ csrf: made.csrf_token }); setOld(""); setPassword(""); toast(t("passwordChanged")); refresh("sign-ins"); },
  });
  return (
    <Card title={t("password")}>
      <Form error={save.error} onSubmit={() => !save.isPending && save.mutate()}>
        <input type="text" name="username" autoComplete="username" value={user?.email ?? ""} readOnly hidden />
        <TextField name="current_password" label={t("currentPassword")} type="password" autoComplete="current-password" value={old} onChange={setOld} />
        <TextField name="password" label={t("newPassword")} hint={t("passwordHint")} type="password" autoComplete="new-password" value={password} onChange={setPassword} />
        <Button type="submit" kind="primary" busy={save.isPending}>{t("changePassword")}</Button>
      </Form>
    </Card>
  );
}
