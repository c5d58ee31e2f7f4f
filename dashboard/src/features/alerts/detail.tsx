import { api, read } from "../../api/client";
import { useList } from "../../api/lists";
import type { Alert } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { phone } from "../../lib/phone";
import { Button } from "../../ui/button";
import { Facts } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { Empty, ErrorBox, Skeleton } from "../../ui/states";
import { useFormats, When } from "../../ui/when";
import { fromAlert } from "./draft";
import { Past } from "./past";
import { AlertState } from "./state";
import { useAlertTexts } from "./texts";
import { useAlertWords } from "./words";

export function Detail({ alert, onClose, onTest, testing, onEdit }: { alert: Alert; onClose: () => void; onTest: () => void; testing: boolean; onEdit: () => void }) {
  const t = useAlertTexts();
  const { count } = useFormats();
  const { sentence, shown } = useAlertWords();
  const operator = useMay("operator");
  const changes = useList("alerts", { changes: alert.id, state: alert.state }, (cursor, signal) => read(api.GET("/api/v1/alerts/{alert_id}/changes", { params: { path: { alert_id: alert.id }, query: { limit: 50, cursor } }, signal })));
  return (
    <Panel title={alert.name} onClose={onClose} footer={operator ? <><Button busy={testing} onClick={onTest}>{t("test")}</Button><Button kind="primary" onClick={onEdit}>{t("edit")}</Button></> : undefined}>
      <div className="space-y-4">
        <p className="flex flex-wrap items-center gap-2"><AlertState alert={alert} /><span>{sentence(alert)}</span></p>
        <Facts rows={[
          [t("now"), shown(alert.metric, alert.value)], [t("since"), <When key="since" at={alert.state_since} exact="second" />], [t("looked"), <When key="looked" at={alert.looked_at} exact="second" />],
          [t("quiet"), alert.quiet ? t("quietTimes", alert.quiet) : t("none")], [t("channel_whatsapp"), alert.channels.whatsapp ? phone(alert.channels.whatsapp.to) : t("none")],
        ]} />
        <Past draft={fromAlert(alert)} />
        <h3 className="text-table">{t("changes")}</h3>
        {changes.error && <ErrorBox error={changes.error} onRetry={() => void changes.refetch()} />}
        {changes.isPending && !changes.error && <Skeleton rows={3} onRetry={() => void changes.refetch()} />}
        {changes.rows?.length === 0 && <Empty kind="good" title={t("noChanges")}>{t("noChangesText")}</Empty>}
        <ol className="space-y-2 text-table">
          {changes.rows?.map((one) => <li key={one.id} className="flex flex-wrap items-center gap-2"><When at={one.created_at} exact="second" /><AlertState alert={{ state: one.state, active: true }} /><span className="tnum">{shown(alert.metric, one.value)}</span>{one.quiet && <span className="text-caption text-muted">{t("toldLater")}</span>}</li>)}
        </ol>
        {changes.hasNextPage && <Button busy={changes.isFetchingNextPage} onClick={() => void changes.fetchNextPage()}>{t("moreChanges", { total: count(changes.count) })}</Button>}
      </div>
    </Panel>
  );
}
