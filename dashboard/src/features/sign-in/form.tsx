import { Eye, EyeOff } from "lucide-react";
import { useEffect, useState, type FormEvent } from "react";
import { api, read } from "../../api/client";
import { Problem } from "../../api/problem";
import { signedIn } from "../../api/session";
import { Button, IconButton } from "../../ui/button";
import { Field } from "../../ui/page";
import { adopt } from "./taste";
import { useSignInTexts } from "./texts";

/** E-mail and password, then the second factor where there is one. One sentence for every failure. */
export function SignInForm({ onDone, email: known = "" }: { onDone: () => void; email?: string }) {
  const t = useSignInTexts();
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [step, setStep] = useState<"password" | "code">("password");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [wait, setWait] = useState(0);
  useEffect(() => {
    if (wait <= 0) return;
    const timer = setTimeout(() => setWait(wait - 1), 1_000);
    return () => clearTimeout(timer);
  }, [wait]);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || wait > 0) return;
    setBusy(true);
    setError(null);
    try {
      const made = await read(api.POST("/api/v1/auth/sign-in", { body: { email: email.trim(), password, ...(step === "code" ? { totp: code.trim() } : {}) } }));
      signedIn(made);
      adopt(made.user);
      onDone();
    } catch (problem) {
      const told = problem instanceof Problem ? problem : null;
      if (told?.type.endsWith("code-needed") && step === "password") setStep("code");
      else if (told?.status === 429) setWait(told.retryAfterS ?? 30);
      else setError(told === null || told.status === 0 || told.status >= 500 ? t("away") : step === "code" ? t("wrongCode") : t("wrong"));
    } finally {
      setBusy(false);
    }
  };

  const trouble = wait > 0 ? t("wait", { seconds: wait }) : error;
  return (
    <form onSubmit={(event) => void submit(event)} className="space-y-4">
      {step === "password" ? (
        <>
          <Field label={t("email")}><input className="field" type="email" name="email" autoComplete="username" required autoFocus={!known} value={email} onChange={(event) => setEmail(event.target.value)} /></Field>
          <div className="relative">
            <Field label={t("password")}><input className="field pr-10" type={shown ? "text" : "password"} name="password" autoComplete="current-password" required autoFocus={!!known} value={password} onChange={(event) => setPassword(event.target.value)} /></Field>
            <IconButton label={shown ? t("hide") : t("show")} onClick={() => setShown(!shown)} className="!absolute right-0 bottom-0">{shown ? <EyeOff size={16} /> : <Eye size={16} />}</IconButton>
          </div>
        </>
      ) : (
        <Field label={t("code")} hint={t("codeHint")}><input className="field font-mono" name="totp" inputMode="numeric" autoComplete="one-time-code" required autoFocus value={code} onChange={(event) => setCode(event.target.value)} /></Field>
      )}
      <p role="alert" className="min-h-5 text-table text-danger-fg">{trouble}</p>
      <div className="flex items-center justify-between gap-2">
        {step === "code" ? <Button kind="quiet" onClick={() => { setStep("password"); setError(null); }}>{t("back")}</Button> : <span />}
        <Button type="submit" kind="primary" busy={busy}>{t("submit")}</Button>
      </div>
    </form>
  );
}
