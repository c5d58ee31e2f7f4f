/** "Why not yet?": what is held, by reason, with how many and when the next one goes. */
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { useNumberNames } from "../../api/names";
import { key } from "../../api/queries";
import { useWords } from "../../i18n";
import { Bar } from "../../ui/bars";
import { Card } from "../../ui/page";
import { Empty, ErrorBox, Skeleton } from "../../ui/states";
import { useFormats, When } from "../../ui/when";
import { useQueueTexts } from "./texts";

export function HoldsCard() {
  const t = useQueueTexts();
  const say = useWords();
  const formats = useFormats();
  const name = useNumberNames();
  const holds = useQuery({ queryKey: key("holds"), queryFn: ({ signal }) => read(api.GET("/api/v1/holds", { signal })) });
  const rows = holds.data?.data ?? [];
  const top = Math.max(1, ...rows.map((row) => row.count));
  return (
    <Card title={t("whyNot")} aside={holds.data && holds.data.count > 0 ? <span className="text-caption text-muted tnum">{t("heldCount", { count: holds.data.count })}</span> : undefined}>
      {holds.error && <ErrorBox error={holds.error} since={holds.data && formats.clock(new Date(holds.dataUpdatedAt), "second")} onRetry={() => void holds.refetch()} />}
      {holds.isPending && !holds.error && <Skeleton rows={3} onRetry={() => void holds.refetch()} />}
      {holds.data && rows.length === 0 && <Empty kind="good" title={t("nothingHeld")}>{t("nothingHeldText")}</Empty>}
      <ul className="space-y-3">
        {rows.map((row) => (
          <li key={row.reason} data-hold={row.reason}>
            <p className="flex items-start justify-between gap-3 text-table"><span title={row.reason}>{say(row.reason_text) ?? row.reason}</span><strong className="shrink-0 font-semibold tnum">{formats.count(row.count)}</strong></p>
            <Bar share={row.count / top} tone="var(--series-held)" />
            <p className="mt-1 flex flex-wrap gap-x-3 text-caption text-muted">
              <span>{t("since")} <When at={row.oldest_at} /></span>
              <span>{row.next_release_at ? <>{t("goes")} <When at={row.next_release_at} exact="minute" /></> : t("untilAct")}</span>
              {row.sessions.map((one) => <span key={one.session_id} className="tnum">{`${name(one.session_id) ?? t("removed")}: ${formats.count(one.count)}`}</span>)}
            </p>
          </li>
        ))}
      </ul>
      {holds.data?.complete === false && <p className="mt-3 text-caption text-muted">{t("incomplete")}</p>}
    </Card>
  );
}
