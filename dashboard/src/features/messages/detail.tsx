import { Link, useParams } from "@tanstack/react-router";
import { useMutation, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { api, read } from "../../api/client";
import { key, refresh } from "../../api/queries";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { phone } from "../../lib/phone";
import { Button } from "../../ui/button";
import { CopyButton } from "../../ui/copy";
import { Confirm } from "../../ui/dialog";
import { Facts } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { StatusChip } from "../../ui/status";
import { toast } from "../../ui/toasts";
import { When } from "../../ui/when";
import { useMessageTexts } from "./texts";

const MessageVariant = lazy(() => import("./variant"));
const WAITING = new Set(["scheduled", "queued", "held"]);
type Explained = { code?: number | null; title?: string | null; details?: string | null; meaning?: { pt?: string; en?: string }; advice?: { pt?: string; en?: string } };

export function Detail({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useMessageTexts();
  const say = useWords();
  const words = useErrorText();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const [asking, ask] = useState(false);
  const message = useQuery({ queryKey: key("messages", "one", id), placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/messages/{message_id}", { params: { path: { message_id: id } }, signal })) });
  const cancel = useMutation({
    mutationFn: () => read(api.POST("/api/v1/messages/{message_id}/cancel", { params: { path: { message_id: id } } })),
    onSuccess: () => { toast(t("cancelled")); ask(false); refresh("messages"); },
    onError: (error) => { toast(words(error), { bad: true }); ask(false); refresh("messages"); },
  });
  const row = message.data;
  const error = row?.error as Explained | null | undefined;
  return (
    <Panel title={t("message")} onClose={onClose} footer={operator && row && WAITING.has(row.status) ? <Button kind="danger" onClick={() => ask(true)}>{t("cancel")}</Button> : undefined}>
      {message.error && <ErrorBox error={message.error} onRetry={() => void message.refetch()} />}
      {message.isPending && <Skeleton onRetry={() => void message.refetch()} />}
      {row && (
        <div className="space-y-4">
          <div className="flex flex-wrap items-center gap-2"><StatusChip status={row.status} /><span className="text-table text-muted">{say(row.reason_text) ?? row.reason}</span></div>
          {row.text && <p className="rounded-control bg-sunken p-3 break-words whitespace-pre-wrap">{row.text}</p>}
          <Facts rows={[
            [t("to"), phone(row.to)], [t("time"), <When key="at" at={row.created_at} exact="second" />], [t("next"), row.next_attempt_at ? <When key="next" at={row.next_attempt_at} exact="second" /> : "—"],
            [t("event"), row.event_id ? <Link key="event" to={`/c/${company}/events/${row.event_id}` as string} className="text-accent-fg hover:underline">{t("openEvent")}</Link> : "—"],
            [t("template"), row.template ?? "—"], ...(row.variant && row.template ? [[t("variant"), <Suspense key="variant" fallback={null}><MessageVariant template={row.template} variant={row.variant} /></Suspense>] as [string, React.ReactNode]] : []), [t("provider"), row.provider_id ? <span key="id" className="inline-flex min-w-0 items-center gap-1"><code className="text-caption break-all">{row.provider_id}</code><CopyButton text={row.provider_id} /></span> : "—"],
            ...(error ? [[t("code"), String(error.code ?? "—")] as [string, string], [t("meaning"), say(error.meaning) ?? error.title ?? "—"] as [string, string], [t("advice"), say(error.advice) ?? "—"] as [string, string]] : []),
          ]} />
          <section aria-label={t("timeline")}>
            <h3 className="mb-2 text-table">{t("timeline")}</h3>
            <ol className="space-y-1.5 text-table">
              {row.timeline.map((one, at) => <li key={at} className="flex flex-wrap items-center gap-2"><When at={one.at} exact="ms" /><StatusChip status={one.status} />{one.reason && <span className="text-caption text-muted">{one.reason}</span>}</li>)}
            </ol>
          </section>
        </div>
      )}
      <Confirm open={asking} onOpenChange={ask} title={t("cancelTitle")} action={t("cancel")} danger busy={cancel.isPending} onConfirm={() => cancel.mutate()}>{t("cancelText")}</Confirm>
    </Panel>
  );
}
