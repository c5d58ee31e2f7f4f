import { Link, useNavigate } from "@tanstack/react-router";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { Problem } from "../../api/problem";
import { queries } from "../../api/queries";
import { setSession, signedIn, useSession } from "../../api/session";
import { Button } from "../../ui/button";
import { Form, TextField } from "../../ui/form";
import { ErrorBox, Skeleton } from "../../ui/states";
import { When } from "../../ui/when";
import { Door, useToken } from "./door";
import { PasswordField } from "./password";
import { adopt } from "./taste";
import { useSignInTexts } from "./texts";

/** A link that an owner made: who opens it joins the company, with the account there is or a new one. */
export function Invitation() {
  const t = useSignInTexts();
  const token = useToken();
  const { user } = useSession();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [totp, setTotp] = useState("");
  const navigate = useNavigate();
  const told = useQuery({ queryKey: ["invitation", token], enabled: token !== "", retry: false, staleTime: Infinity, queryFn: ({ signal }) => read(api.POST("/api/v1/auth/invitation", { body: { token }, signal })) });
  // The link never tells whether the address has an account: one form serves both.
  const mine = user !== null && user.email === told.data?.email;
  const join = useMutation({
    mutationFn: () => read(api.POST("/api/v1/auth/invitation/accept", { body: { token, ...(mine ? {} : { password }), ...(name.trim() && !mine ? { name: name.trim() } : {}), ...(totp.trim() ? { totp: totp.trim() } : {}) } })),
    onSuccess: (made) => {
      queries.clear();
      setSession({ company: null });
      signedIn(made);
      adopt(made.user);
      void navigate({ to: `/c/${told.data!.company.id}` as string, replace: true });
    },
  });
  const refused = join.error instanceof Problem && join.error.status === 401 ? join.error : null;
  const madeNow = join.error instanceof Problem && join.error.status === 409;
  const codeNeeded = refused !== null && (refused.type.endsWith("code-needed") || refused.type.endsWith("code-refused"));
  const sentence = madeNow ? t("madeNow") : refused === null ? null : refused.type.endsWith("code-needed") ? t("code") : refused.type.endsWith("code-refused") ? t("wrongCode") : t("wrong");
  const over = token === "" || (told.error instanceof Problem && told.error.status === 422);
  const words = { owner: t("roleOwner"), operator: t("roleOperator"), viewer: t("roleViewer") };
  return (
    <Door title={t("invitationTitle")} below={<p className="mt-4 text-table"><Link to={"/sign-in" as string} className="text-accent-fg underline">{t("toSignIn")}</Link></p>}>
      {over ? <p role="alert" className="text-danger-fg">{t("invitationOver")}</p>
        : told.error ? <ErrorBox error={told.error} onRetry={() => void told.refetch()} />
          : !told.data ? <Skeleton rows={3} onRetry={() => void told.refetch()} /> : (
            <>
              <p className="mb-1 text-card font-semibold">{told.data.company.name}</p>
              <p className="mb-4 text-table text-muted">{told.data.email}{" · "}{words[told.data.role]}{" · "}{t("until")}{" "}<When at={told.data.expires_at} /></p>
              <Form error={refused || madeNow ? null : join.error} onSubmit={() => !join.isPending && join.mutate()}>
                {!mine && <TextField name="name" label={t("name")} hint={t("nameHint")} value={name} onChange={setName} autoComplete="name" />}
                {!mine && <PasswordField label={t("password")} hint={t("invitationPassword")} value={password} onChange={setPassword} />}
                {(codeNeeded || totp !== "") && <TextField name="totp" label={t("code")} hint={t("codeHint")} value={totp} onChange={setTotp} inputMode="numeric" autoComplete="one-time-code" autoFocus mono />}
                {sentence && <p role="alert" className="text-table text-danger-fg">{sentence}</p>}
                <Button type="submit" kind="primary" busy={join.isPending}>{t("join")}</Button>
              </Form>
            </>
          )}
    </Door>
  );
}
