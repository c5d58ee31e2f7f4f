import { useWords } from "../../i18n";
import { duration } from "../../lib/time";
import { useNow } from "../../live/hooks";
import { Progress } from "../../ui/progress";
import { Chip } from "../../ui/status";
import type { Campaign } from "../../api/schema.gen";
import { parts, STATE_TONES } from "./states";
import { useCampaignTexts } from "./texts";

/** How far it is: one bar in segments, with the numbers in words for who cannot see it. */
export function CampaignProgress({ campaign, legend = false }: { campaign: Campaign; legend?: boolean }) {
  const t = useCampaignTexts();
  if (campaign.total === 0) return <span className="text-muted">—</span>;
  return <Progress label={t("progress")} total={campaign.total} legend={legend} thin={!legend} segments={parts(campaign.counts).map((one) => ({ ...one, name: t(one.key as "read") }))} />;
}

export function StateChip({ campaign }: { campaign: Campaign }) {
  const t = useCampaignTexts();
  return <Chip tone={STATE_TONES[campaign.status]}>{t(campaign.status)}</Chip>;
}

/** "Parada há 4 min: número Vendas sem conexão": a running campaign of which nothing leaves, and why. */
export function Stalled({ campaign }: { campaign: Campaign }) {
  const t = useCampaignTexts();
  const say = useWords();
  const now = useNow(10_000);
  if (!campaign.stalled || campaign.status !== "running") return null;
  const since = campaign.stalled_since ? Math.max(0, now - Date.parse(campaign.stalled_since)) : null;
  const why = say(campaign.stalled.reason_text) ?? campaign.stalled.reason;
  return <span className="text-warning-fg">{since !== null && since >= 1_000 ? t("stalledSince", { age: duration(since), why }) : t("stalled", { why })}</span>;
}
