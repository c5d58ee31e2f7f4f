import type { WebhookWithActivity } from "../../api/schema.gen";
import { useUrlState } from "../../lib/url";
import { CodeBlock } from "../../ui/copy";
import { Tabs } from "../../ui/tabs";
import { codeFor, needsSecret, type CodeLanguage } from "./code";
import { useWebhookTexts } from "./texts";

const LANGUAGES: [CodeLanguage, string][] = [["curl", "curl"], ["node", "Node.js"], ["python", "Python"]];

export function CodeTab({ webhook }: { webhook: WebhookWithActivity }) {
  const t = useWebhookTexts();
  const [search, setSearch] = useUrlState();
  const secret = needsSecret(webhook);
  return (
    <div className="space-y-3">
      <p className="max-w-[72ch] text-table text-muted">{t("codeText")}{secret ? ` ${t("codeSecret")}` : ""}{webhook.url ? "" : ` ${t("codeUrl")}`}</p>
      <Tabs
        label={t("code")} value={search.code ?? "curl"} onChange={(code) => setSearch({ code: code === "curl" ? undefined : code })}
        tabs={LANGUAGES.map(([value, title]) => ({ value, title, content: <CodeBlock label={title} text={codeFor(value, webhook)} /> }))}
      />
    </div>
  );
}
