/** What can be done with a campaign in its state; each says beforehand how many it touches. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { Ban, Copy, Pause, Pencil, Play, Trash2, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { key, refresh } from "../../api/queries";
import type { Campaign } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { Button } from "../../ui/button";
import { typedNumber } from "../../ui/confirm";
import { cx } from "../../ui/cx";
import { Confirm } from "../../ui/dialog";
import { Menu, MenuItem } from "../../ui/menu";
import { ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { useFormats } from "../../ui/when";
import { actionsOf, waiting, type Action } from "./states";
import { useCampaignTexts } from "./texts";

const ICONS: Record<Action, LucideIcon> = { continue: Pencil, start: Play, pause: Pause, resume: Play, cancel: Ban, duplicate: Copy, delete: Trash2 };
const WAYS = { pause: "/api/v1/campaigns/{campaign_id}/pause", resume: "/api/v1/campaigns/{campaign_id}/resume", cancel: "/api/v1/campaigns/{campaign_id}/cancel" } as const;
type Asked = "start" | "pause" | "resume" | "cancel" | "delete";

/** A stalled writing of the recipients goes on when the campaign is resumed; so does a paused campaign. */
export function CampaignActions({ campaign, row = false }: { campaign: Campaign; row?: boolean }) {
  const t = useCampaignTexts();
  const words = useErrorText();
  const navigate = useNavigate();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const [asked, ask] = useState<Asked | null>(null);
  const copy = useMutation({
    mutationFn: () => read(api.POST("/api/v1/campaigns/{campaign_id}/duplicate", { params: { path: { campaign_id: campaign.id } }, body: {} as never })),
    onSuccess: (made) => { refresh("campaigns"); toast(t("duplicated")); void navigate({ to: `/c/${company}/campaigns/${made.id}/audience` as string }); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  if (!operator) return null;
  const go = (step: string) => void navigate({ to: `/c/${company}/campaigns/${campaign.id}/${step}` as string });
  const act = (action: Action) => {
    if (action === "continue") go("audience");
    else if (action === "start" && campaign.status === "draft") go("check");
    else if (action === "duplicate") copy.mutate();
    else ask(action as Asked);
  };
  const [first, ...rest] = actionsOf(campaign.status);
  const shown = row ? (first ? [first] : []) : actionsOf(campaign.status);
  const hidden = row ? rest : [];
  return (
    <span className={cx("inline-flex items-center justify-end gap-2", !row && "flex-wrap")}>
      {shown.map((action) => {
        const Icon = ICONS[action];
        return <Button key={action} busy={action === "duplicate" && copy.isPending} kind={!row && (action === "start" || action === "resume") ? "primary" : "plain"} className={row ? "!h-7 !px-2" : undefined} icon={<Icon size={14} aria-hidden />} onClick={() => act(action)}>{t(action)}</Button>;
      })}
      {hidden.length > 0 && (
        <Menu>{hidden.map((action) => { const Icon = ICONS[action]; return <MenuItem key={action} icon={<Icon size={14} aria-hidden />} danger={action === "cancel" || action === "delete"} onSelect={() => act(action)}>{t(action)}</MenuItem>; })}</Menu>
      )}
      {asked && <Ask action={asked} id={campaign.id} name={campaign.name} onClose={() => ask(null)} />}
    </span>
  );
}

function Ask({ action, id, name, onClose }: { action: Asked; id: string; name: string; onClose: () => void }) {
  const t = useCampaignTexts();
  const say = useWords();
  const words = useErrorText();
  const formats = useFormats();
  const navigate = useNavigate();
  const { company, campaignId } = useParams({ strict: false }) as { company: string; campaignId?: string };
  const params = { path: { campaign_id: id } };
  // The numbers of this very moment, not those of the row that was clicked.
  const now = useQuery({ queryKey: key("campaigns", "asked", id), staleTime: 0, gcTime: 0, placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/campaigns/{campaign_id}", { params, signal })) });
  const audience = useQuery({ queryKey: key("campaigns", "asked audience", id), enabled: action === "start", staleTime: 0, gcTime: 0, placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/campaigns/{campaign_id}/audience", { params, signal })) });
  const run = useMutation({
    mutationFn: async () => {
      if (action === "delete") await read(api.DELETE("/api/v1/campaigns/{campaign_id}", { params }));
      else if (action === "start") await read(api.POST("/api/v1/campaigns/{campaign_id}/start", { params, body: {} as never }));
      else await read(api.POST(WAYS[action], { params }));
    },
    onSuccess: () => {
      toast(t({ start: "started", pause: "pausedNow", resume: "resumed", cancel: "cancelledNow", delete: "deleted" }[action] as "started"));
      refresh("campaigns");
      onClose();
      if (action === "delete" && campaignId) void navigate({ to: `/c/${company}/campaigns` as string });
    },
    onError: (error) => { toast(words(error), { bad: true }); void now.refetch(); refresh("campaigns"); },
  });
  const error = now.error ?? audience.error;
  const counts = now.data?.counts;
  const open = counts ? waiting(counts) : 0;
  const would = audience.data?.would ?? 0;
  const ready = now.data !== undefined && (action !== "start" || audience.data !== undefined);
  const n = action === "start" ? would : open;
  const label = { start: t("startDo", { total: formats.count(n) }), pause: t("pauseDo"), resume: t("resumeDo", { total: formats.count(n) }), cancel: t("cancelDo", { total: formats.count(n) }), delete: t("deleteDo") }[action];
  const title = { start: t("startTitle", { count: n, name }), pause: t("pauseTitle", { name }), resume: t("resumeTitle", { name }), cancel: t("cancelTitle", { count: n, name }), delete: t("deleteTitle", { name }) }[action];
  return (
    <Confirm open onOpenChange={(stay) => !stay && onClose()} title={ready ? title : t(action)} action={ready ? label : t(action)} busy={run.isPending} danger={action === "cancel" || action === "delete"} disabled={!ready || (action === "start" && n === 0)} typed={ready && (action === "start" || action === "cancel") ? typedNumber(n) : undefined} onConfirm={() => run.mutate()}>
      {error ? <ErrorBox error={error} onRetry={() => { void now.refetch(); void audience.refetch(); }} /> : !ready ? <Skeleton rows={2} /> : (
        <>
          {action === "start" && audience.data?.skip.map((one) => <p key={one.reason}>{t("left", { total: formats.count(one.value), why: say(one.reason_text) ?? one.reason })}</p>)}
          {action === "start" && <p>{t("startNow")}</p>}
          {action === "pause" && <><p>{t("pauseOpen", { count: open })}</p>{counts!.sending > 0 && <p>{t("pauseFlying", { count: counts!.sending })}</p>}</>}
          {action === "resume" && <p>{t("resumeOpen", { count: open })}</p>}
          {action === "cancel" && <><p>{t("cancelOpen", { count: open })}</p>{counts!.sending > 0 && <p>{t("pauseFlying", { count: counts!.sending })}</p>}<p>{t("cancelFinal")}</p></>}
          {action === "delete" && <p>{t("deleteText")}</p>}
        </>
      )}
    </Confirm>
  );
}
