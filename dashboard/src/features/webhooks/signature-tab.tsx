import { CheckField, ChoiceField, NumberField, TextField } from "../../ui/form";
import { SCHEME_WORDS } from "./chips";
import { hasSecret, SCHEMES, SETTINGS, type Scheme, type WebhookForm } from "./form";
import { useWebhookTexts } from "./texts";

const HINTS = { token: "hintToken", timestamped: "hintTimestamped", standard: "hintStandard", meta: "hintMeta", plain: "hintPlain", none: "hintNone" } as const;
const USUAL: Partial<Record<Scheme, string>> = { timestamped: "x-webhook-signature", standard: "webhook-signature", meta: "x-hub-signature-256", plain: "x-signature", token: "authorization" };

export function SignatureTab({ form, set, fresh }: { form: WebhookForm; set: (change: Partial<WebhookForm>) => void; fresh: boolean }) {
  const t = useWebhookTexts();
  const has = (name: "header" | "algorithm" | "encoding" | "prefix" | "tolerance") => SETTINGS[form.scheme].includes(name);
  return (
    <div className="max-w-160 space-y-4">
      <ChoiceField name="auth.scheme" label={t("scheme")} value={form.scheme} onChange={(scheme) => set({ scheme: scheme as Scheme })} options={SCHEMES.map((value) => ({ value, title: t(SCHEME_WORDS[value]) }))} hint={t(HINTS[form.scheme])} />
      {has("header") && <TextField name="auth.header" label={t(form.scheme === "token" ? "headerToken" : "header")} value={form.header} onChange={(header) => set({ header })} mono placeholder={USUAL[form.scheme]} hint={t(form.scheme === "token" ? "headerTokenHint" : form.scheme === "plain" ? "headerNeeded" : "headerHint")} autoComplete="off" />}
      {has("prefix") && (form.scheme !== "token" || form.header.trim() !== "") && <TextField name="auth.prefix" label={t("prefix")} value={form.prefix} onChange={(prefix) => set({ prefix })} mono placeholder={form.scheme === "token" ? "Bearer " : "sha256="} hint={t("prefixHint")} autoComplete="off" />}
      {has("algorithm") && <ChoiceField name="auth.algorithm" label={t("algorithm")} value={form.algorithm} onChange={(algorithm) => set({ algorithm })} options={["sha256", "sha1", "sha512"].map((value) => ({ value, title: `HMAC-${value.toUpperCase()}` }))} />}
      {has("encoding") && <ChoiceField name="auth.encoding" label={t("encoding")} value={form.encoding} onChange={(encoding) => set({ encoding })} options={[{ value: "auto", title: t("encodingAuto") }, { value: "hex", title: "hex" }, { value: "base64", title: "base64" }]} />}
      {has("tolerance") && <NumberField name="auth.tolerance_s" label={t("tolerance")} value={form.tolerance} onChange={(tolerance) => set({ tolerance })} placeholder="300" hint={t("toleranceHint")} />}
      {hasSecret(form) && <TextField name="secret" label={t("ownSecret")} value={form.secret} onChange={(secret) => set({ secret })} mono hint={t(fresh ? "secretFresh" : "secretKeep")} autoComplete="off" />}
      {(form.scheme !== "token" || form.header.trim() !== "") && <CheckField name="token" label={t("tokenToo")} hint={t("tokenTooHint")} checked={form.token} onChange={(token) => set({ token })} />}
    </div>
  );
}
