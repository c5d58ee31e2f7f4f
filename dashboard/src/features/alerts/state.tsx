import { BellOff, BellRing, CircleCheck, CircleQuestionMark } from "lucide-react";
import type { Alert } from "../../api/schema.gen";
import { Chip, type Tone } from "../../ui/status";
import { useAlertTexts } from "./texts";

const LOOKS: Record<Alert["state"], [typeof BellOff, Tone]> = { ok: [CircleCheck, "success"], fired: [BellRing, "danger"], no_data: [CircleQuestionMark, "neutral"] };

export function AlertState({ alert }: { alert: Pick<Alert, "state" | "active"> }) {
  const t = useAlertTexts();
  if (!alert.active) return <Chip tone="skipped" icon={BellOff}>{t("off")}</Chip>;
  const [icon, tone] = LOOKS[alert.state];
  return <Chip tone={tone} icon={icon}>{t(alert.state)}</Chip>;
}
