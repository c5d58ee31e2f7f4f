/** One webhook: what came in and what became of it, a test through its own door, and code to send with. */
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import type { WebhookWithActivity } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { useLive } from "../../live/hooks";
import { useRefetchOn } from "../../live/refetch";
import { useUrlState } from "../../lib/url";
import { Button } from "../../ui/button";
import { CopyButton } from "../../ui/copy";
import { Menu, MenuItem } from "../../ui/menu";
import { Card, PageHead } from "../../ui/page";
import { ErrorBox, Skeleton } from "../../ui/states";
import { Chip } from "../../ui/status";
import { Switch } from "../../ui/switch";
import { Tabs } from "../../ui/tabs";
import { When } from "../../ui/when";
import { SchemeChip } from "./chips";
import { CodeTab } from "./code-tab";
import { Deliveries } from "./deliveries";
import { Editor } from "./editor";
import { useSwitch } from "./page";
import { Remove } from "./remove";
import { Rotate } from "./rotate";
import { TestTab } from "./test-tab";
import { useWebhookTexts } from "./texts";

export function WebhookDetail() {
  const t = useWebhookTexts();
  const navigate = useNavigate();
  const { company, webhookId } = useParams({ strict: false }) as { company: string; webhookId: string };
  const owner = useMay("owner");
  const operator = useMay("operator");
  const flip = useSwitch();
  const [search, setSearch] = useUrlState();
  const [asked, ask] = useState<"edit" | "mapping" | "rotate" | "remove" | null>(null);
  useRefetchOn(useLive<{ today?: { events?: number } }>("metrics")?.today?.events, ["webhooks"]);
  const webhook = useQuery({ queryKey: key("webhooks", "one", webhookId), placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/webhooks/{webhook_id}", { params: { path: { webhook_id: webhookId } }, signal })) });
  const list = `/c/${company}/webhooks` as string;
  const crumb = <Link to={list} className="hover:underline">{t("title")}</Link>;
  const one = webhook.data;
  if (!one) return <><PageHead title={t("webhook")} crumb={crumb} />{webhook.error ? <ErrorBox error={webhook.error} onRetry={() => void webhook.refetch()} /> : <Skeleton onRetry={() => void webhook.refetch()} />}</>;
  const tabs = [
    { value: "deliveries", title: t("deliveries"), content: <Deliveries webhookId={one.id} /> },
    ...(operator ? [{ value: "test", title: t("test"), content: <TestTab webhook={one} /> }] : []),
    { value: "code", title: t("code"), content: <CodeTab webhook={one} /> },
  ];
  return (
    <>
      <PageHead title={one.name} crumb={crumb}>
        <SchemeChip auth={one.auth} token={one.token} />
        {operator ? <Switch checked={one.active} label={t("activeOf", { name: one.name })} onChange={(on) => flip({ webhook: one, on })} /> : <Chip tone={one.active ? "success" : "skipped"}>{t(one.active ? "active" : "inactive")}</Chip>}
        {owner && <Button onClick={() => ask("edit")}>{t("edit")}</Button>}
        {owner && (
          <Menu>
            <MenuItem onSelect={() => ask("mapping")}>{t("mapping")}</MenuItem>
            {(one.auth.scheme !== "none" || one.token) && <MenuItem onSelect={() => ask("rotate")}>{t("rotate")}</MenuItem>}
            <MenuItem danger onSelect={() => ask("remove")}>{t("remove")}</MenuItem>
          </Menu>
        )}
      </PageHead>
      {webhook.error && <div className="mb-3"><ErrorBox error={webhook.error} onRetry={() => void webhook.refetch()} /></div>}
      {!one.active && <p role="status" className="mb-3 rounded-control bg-warning-soft px-4 py-2 text-table text-warning-fg">{t("inactiveText")}</p>}
      <Summary webhook={one} />
      <Tabs label={one.name} value={tabs.some((tab) => tab.value === search.tab) ? search.tab! : "deliveries"} onChange={(tab) => setSearch({ tab: tab === "deliveries" ? undefined : tab })} tabs={tabs} />
      {(asked === "edit" || asked === "mapping") && <Editor webhook={one} first={asked === "mapping" ? "mapping" : "general"} onClose={() => ask(null)} />}
      {asked === "rotate" && <Rotate webhook={one} onClose={() => ask(null)} />}
      {asked === "remove" && <Remove webhook={one} onClose={() => ask(null)} onRemoved={() => void navigate({ to: list })} />}
    </>
  );
}

const DAY = [["accepted", "acceptedDay"], ["duplicate", "duplicateDay"], ["unparsed", "unparsedDay"], ["imported", "importedDay"], ["refused", "refusedDay"]] as const;

function Summary({ webhook }: { webhook: WebhookWithActivity }) {
  const t = useWebhookTexts();
  const say = useWords();
  const { last_24h: day, last_delivery_at: last, last_refusal: refusal } = webhook.activity;
  return (
    <Card className="mb-3">
      <div className="flex flex-wrap items-center gap-x-6 gap-y-2 text-table">
        <span className="flex min-w-0 items-center gap-1">{webhook.url ? <><code className="min-w-0 truncate text-caption">{webhook.url}</code><CopyButton text={webhook.url} /></> : <span className="text-muted">{t("urlHidden")}</span>}</span>
        <span className="text-muted">{t("lastDelivery")}: <When at={last} /></span>
        <span className="flex flex-wrap gap-3 text-muted tnum">{DAY.map(([name, word]) => <span key={name} className={day[name] && (name === "refused" || name === "unparsed") ? "text-danger-fg" : ""}>{t(word, { count: day[name] })}</span>)}</span>
        {webhook.old_secret_until && <Chip tone="warning">{t("oldUntil")} <When at={webhook.old_secret_until} /></Chip>}
        {refusal && <span className="text-danger-fg">{t("lastRefusal")} {say(refusal.reason_text) ?? refusal.reason} <When at={refusal.at} /></span>}
      </div>
    </Card>
  );
}
