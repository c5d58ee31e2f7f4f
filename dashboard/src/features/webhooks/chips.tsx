/** How a webhook's deliveries prove where they come from, and what became of one. */
import { KeyRound, Link2, LockOpen, ShieldCheck } from "lucide-react";
import { Chip, type Tone } from "../../ui/status";
import type { Scheme } from "./form";
import { useWebhookTexts } from "./texts";

export const SCHEME_WORDS = { token: "schemeToken", timestamped: "schemeTimestamped", standard: "schemeStandard", meta: "schemeMeta", plain: "schemePlain", none: "schemeNone" } as const;

export function SchemeChip({ auth, token }: { auth: { scheme: Scheme; header?: unknown }; token: boolean }) {
  const t = useWebhookTexts();
  if (auth.scheme === "none" && !token) return <Chip tone="warning" icon={LockOpen}>{t("unsigned")}</Chip>;
  if (auth.scheme === "none") return <Chip tone="info" icon={Link2}>{t("schemeToken")}</Chip>;
  if (auth.scheme === "token") return <Chip tone="info" icon={auth.header ? KeyRound : Link2}>{auth.header ? t("tokenHeader") : t("schemeToken")}</Chip>;
  return <Chip tone="success" icon={ShieldCheck}>{t(SCHEME_WORDS[auth.scheme])}</Chip>;
}

const VERDICTS: Record<string, Tone> = { accepted: "success", duplicate: "skipped", unparsed: "danger", imported: "info", refused: "danger" };

export function Verdict({ verdict }: { verdict: string }) {
  const t = useWebhookTexts();
  return <Chip tone={VERDICTS[verdict] ?? "neutral"}>{t(verdict as "accepted" | "duplicate" | "unparsed" | "imported" | "refused")}</Chip>;
}
