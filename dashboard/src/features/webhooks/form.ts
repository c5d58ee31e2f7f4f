/** A webhook as its dialog holds it ↔ as the API takes it. */
import { asNumber } from "../../ui/form";

export const SCHEMES = ["token", "timestamped", "standard", "meta", "plain", "none"] as const;
export type Scheme = (typeof SCHEMES)[number];

export interface WebhookForm {
  name: string;
  source: string;
  scheme: Scheme;
  /** Own header; of the scheme "token": the token travels there and not in the address. */
  header: string;
  algorithm: string;
  encoding: string;
  prefix: string;
  tolerance: string;
  /** The address holds a token beside the signature. */
  token: boolean;
  secret: string;
  dedupePath: string;
  dedupeMinutes: string;
}

export const NEW: WebhookForm = { name: "", source: "", scheme: "token", header: "", algorithm: "sha256", encoding: "auto", prefix: "", tolerance: "", token: false, secret: "", dedupePath: "", dedupeMinutes: "" };

interface Stored { name: string; source: string; auth: Record<string, unknown> & { scheme: Scheme }; token: boolean; dedupe: Record<string, unknown> }
const text = (value: unknown) => (value == null ? "" : String(value));

export function formOf(webhook: Stored): WebhookForm {
  const { auth, dedupe } = webhook;
  return {
    name: webhook.name, source: webhook.source, scheme: auth.scheme, header: text(auth.header), algorithm: text(auth.algorithm) || "sha256", encoding: text(auth.encoding) || "auto",
    prefix: text(auth.prefix), tolerance: text(auth.tolerance_s), token: webhook.token, secret: "", dedupePath: text(dedupe.path), dedupeMinutes: text(dedupe.same_bytes_minutes),
  };
}

/** Which settings a scheme has: the others are not sent, whatever was typed before the scheme was changed. */
export const SETTINGS: Record<Scheme, readonly ("header" | "algorithm" | "encoding" | "prefix" | "tolerance")[]> = {
  none: [], token: ["header", "prefix"], timestamped: ["header", "tolerance"], standard: ["header", "tolerance"], meta: ["header"], plain: ["header", "algorithm", "encoding", "prefix"],
};

/** Whether a scheme signs or compares with a secret of its own (and not by the address). */
export const hasSecret = (form: Pick<WebhookForm, "scheme" | "header">) => form.scheme !== "none" && (form.scheme !== "token" || form.header.trim() !== "");

export function authOf(form: WebhookForm): Record<string, unknown> {
  const has = (name: (typeof SETTINGS)[Scheme][number]) => SETTINGS[form.scheme].includes(name);
  const auth: Record<string, unknown> = { scheme: form.scheme };
  if (has("header") && form.header.trim()) auth.header = form.header.trim();
  if (has("prefix") && form.prefix && (form.scheme !== "token" || form.header.trim())) auth.prefix = form.prefix;
  if (has("algorithm") && form.algorithm !== "sha256") auth.algorithm = form.algorithm;
  if (has("encoding") && form.encoding !== "auto") auth.encoding = form.encoding;
  if (has("tolerance") && form.tolerance.trim()) auth.tolerance_s = asNumber(form.tolerance);
  return auth;
}

export function bodyOf(form: WebhookForm): Record<string, unknown> {
  const dedupe: Record<string, unknown> = {};
  if (form.dedupePath.trim()) dedupe.path = form.dedupePath.trim();
  if (form.dedupeMinutes.trim()) dedupe.same_bytes_minutes = asNumber(form.dedupeMinutes);
  const body: Record<string, unknown> = { name: form.name.trim(), source: form.source.trim(), auth: authOf(form), dedupe };
  if (form.scheme !== "token" || form.header.trim()) body.token = form.token;
  if (form.secret.trim() && hasSecret(form)) body.secret = form.secret.trim();
  return body;
}
