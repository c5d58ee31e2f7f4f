/** The failures that are worth another try, as a child campaign: shown first, then exactly that. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, read } from "../../../api/client";
import { Problem } from "../../../api/problem";
import { key, refresh } from "../../../api/queries";
import type { Campaign, CampaignRetryPreview } from "../../../api/schema.gen";
import { useWords } from "../../../i18n";
import { typedNumber } from "../../../ui/confirm";
import { Confirm } from "../../../ui/dialog";
import { ErrorBox, Skeleton, useErrorText } from "../../../ui/states";
import { toast } from "../../../ui/toasts";
import { useFormats } from "../../../ui/when";
import { useReportTexts } from "./texts";

// What nobody can mend by asking: it may have arrived, or is over.
const NEVER = new Set(["uncertain", "already_dealt_with"]);

export function Retry({ campaign, onClose }: { campaign: Campaign; onClose: () => void }) {
  const t = useReportTexts();
  const say = useWords();
  const words = useErrorText();
  const { count } = useFormats();
  const navigate = useNavigate();
  const { company } = useParams({ strict: false }) as { company: string };
  const [round, again] = useState(0);
  const [added, add] = useState<string[]>([]);
  const [usual, know] = useState<string[] | null>(null);
  const params = { path: { campaign_id: campaign.id } };
  const preview = useQuery({
    queryKey: key("campaigns", "retry", campaign.id, round, added), staleTime: 0, gcTime: 0, placeholderData: undefined, retry: false,
    queryFn: async () => {
      const told = (await read(api.POST("/api/v1/campaigns/{campaign_id}/retry-failed", { params, body: { preview: true, ...(added.length ? { reasons: [...(usual ?? []), ...added] } : {}) } as never }))) as unknown as CampaignRetryPreview;
      if (!added.length) know(Object.keys(told.counts.reasons));
      return told;
    },
  });
  const run = useMutation({
    mutationFn: async () => (await read(api.POST("/api/v1/campaigns/{campaign_id}/retry-failed", { params, body: { preview_id: preview.data!.preview_id } as never }))) as unknown as Campaign,
    onSuccess: (child) => { refresh("campaigns"); toast(t("retryBegun")); void navigate({ to: `/c/${company}/campaigns/${child.id}` as string }); },
    onError: (error) => { toast(words(error), { bad: true }); if (error instanceof Problem && error.status === 409) again(round + 1); },
  });
  const data = preview.data;
  const would = data?.counts.would ?? 0;
  const all = data ? data.reasons.filter((one) => one.reason !== "uncertain" && one.reason !== "already_dealt_with").reduce((sum, one) => sum + one.value, 0) : 0;
  const out = data?.reasons.filter((one) => !one.retried) ?? [];
  const flip = (reason: string) => add(added.includes(reason) ? added.filter((one) => one !== reason) : [...added, reason]);
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} title={data ? t("retryTitle", { count: would, all: count(all) }) : t("retry")} action={data ? t("retryDo", { total: count(would) }) : t("retry")} busy={run.isPending} disabled={!data || would === 0} typed={typedNumber(would)} onConfirm={() => run.mutate()}>
      {preview.error ? <ErrorBox error={preview.error} onRetry={() => void preview.refetch()} /> : !data ? <><p>{t("retryCounting")}</p><Skeleton rows={2} /></> : (
        <>
          {data.reasons.filter((one) => one.retried).map((one) => <p key={one.reason} className="text-fg">{`${count(one.value)}: ${say(one.reason_text) ?? one.reason}`}</p>)}
          {out.length > 0 && <p>{t("retryOut", { count: out.reduce((sum, one) => sum + one.value, 0) })}</p>}
          <ul className="space-y-1">
            {out.map((one) => (
              <li key={one.reason} className="flex items-start gap-2">
                <span className="grow">{`${count(one.value)}: ${say(one.reason_text) ?? one.reason}`}</span>
                {!NEVER.has(one.reason) && !added.includes(one.reason) && <button type="button" className="shrink-0 text-accent-fg underline" onClick={() => flip(one.reason)}>{t("retryInclude")}</button>}
                {added.includes(one.reason) && <span className="shrink-0 text-caption">{t("retryUseless")}</span>}
              </li>
            ))}
          </ul>
          {added.length > 0 && <button type="button" className="text-accent-fg underline" onClick={() => add([])}>{t("retryUsual")}</button>}
          {data.counts.count_capped && <p className="text-warning-fg">{t("retryCapped")}</p>}
          <p>{would > 0 ? t("retryChild") : t("retryNothing")}</p>
        </>
      )}
    </Confirm>
  );
}
