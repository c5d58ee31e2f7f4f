import { Link, useNavigate } from "@tanstack/react-router";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { Problem } from "../../api/problem";
import { Button } from "../../ui/button";
import { Form } from "../../ui/form";
import { Door, useToken } from "./door";
import { PasswordField } from "./password";
import { useSignInTexts } from "./texts";

/** The one-time link of `masteria user reset-password`. */
export function ResetPassword() {
  const t = useSignInTexts();
  const token = useToken();
  const navigate = useNavigate();
  const [password, setPassword] = useState("");
  const save = useMutation({
    mutationFn: () => read(api.POST("/api/v1/auth/reset-password", { body: { token, password } })),
    onSuccess: () => void navigate({ to: "/sign-in" as string, search: { changed: "1" } as never, replace: true }),
  });
  const over = !token || (save.error instanceof Problem && save.error.fields.some((one) => one.field === "token"));
  return (
    <Door title={t("resetTitle")} below={<p className="mt-4 text-table"><Link to={"/sign-in" as string} className="text-accent-fg underline">{t("toSignIn")}</Link></p>}>
      {over ? <p role="alert" className="text-danger-fg">{t("linkOver")}</p> : (
        <Form error={save.error} onSubmit={() => !save.isPending && save.mutate()}>
          <PasswordField label={t("newPassword")} hint={t("passwordHint")} fresh autoFocus value={password} onChange={setPassword} />
          <Button type="submit" kind="primary" busy={save.isPending}>{t("savePassword")}</Button>
        </Form>
      )}
    </Door>
  );
}
