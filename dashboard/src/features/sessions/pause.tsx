/** Pausing, unlinking and removing a number: each says first how many messages that touches. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { key, refresh } from "../../api/queries";
import type { SessionWithUsage } from "../../api/schema.gen";
import { Confirm } from "../../ui/dialog";
import { ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { useSessionTexts } from "./texts";

interface Props { session: SessionWithUsage; onClose: () => void }

function useWaiting(sessionId: string) {
  return useQuery({
    queryKey: key("queue", "of", sessionId), staleTime: 0, placeholderData: undefined,
    queryFn: async ({ signal }) => {
      const lanes = (await read(api.GET("/api/v1/queue", { signal }))).lanes.filter((lane) => lane.session_id === sessionId);
      const of = (name: string) => lanes.filter((lane) => lane.lane === name).reduce((sum, lane) => sum + lane.depth, 0);
      return { transactional: of("transactional"), bulk: of("bulk") };
    },
  });
}

function Ask({ session, onClose, title, action, text, done, danger, typed, act }: Props & { title: string; action: string; text: string; done: string; danger?: boolean; typed?: string; act: () => Promise<unknown> }) {
  const t = useSessionTexts();
  const words = useErrorText();
  const waiting = useWaiting(session.id);
  const run = useMutation({
    mutationFn: act,
    onSuccess: () => { toast(done); refresh("sessions", "holds", "queue"); onClose(); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} title={title} action={action} danger={danger} typed={typed} busy={run.isPending} disabled={!waiting.data} onConfirm={() => run.mutate()}>
      {waiting.error && <ErrorBox error={waiting.error} onRetry={() => void waiting.refetch()} />}
      {!waiting.data && !waiting.error && <Skeleton rows={1} onRetry={() => void waiting.refetch()} />}
      {waiting.data && <p className="text-fg">{t("waits", { count: waiting.data.transactional + waiting.data.bulk })}{waiting.data.transactional > 0 && ` ${t("waitsTransactional", { count: waiting.data.transactional })}`}</p>}
      <p>{text}</p>
    </Confirm>
  );
}

export function PauseDialog(props: Props) {
  const t = useSessionTexts();
  const { id, name } = props.session;
  return <Ask {...props} title={t("pauseTitle", { name })} action={t("pauseAction", { name })} text={t("pauseText")} done={t("pausedDone", { name })} act={() => read(api.POST("/api/v1/sessions/{session_id}/pause", { params: { path: { session_id: id } }, body: {} }))} />;
}

export function RemoveDialog(props: Props) {
  const t = useSessionTexts();
  const { id, name } = props.session;
  return <Ask {...props} danger typed={name} title={t("removeTitle", { name })} action={t("removeAction")} text={t("removeText")} done={t("removedDone", { name })} act={() => read(api.DELETE("/api/v1/sessions/{session_id}", { params: { path: { session_id: id } } }))} />;
}

export function UnlinkDialog(props: Props) {
  const t = useSessionTexts();
  const { id, name } = props.session;
  return <Ask {...props} danger title={t("unlinkTitle", { name })} action={t("unlinkAction")} text={t("unlinkText")} done={t("unlinkedDone", { name })} act={() => read(api.POST("/api/v1/sessions/{session_id}/unlink", { params: { path: { session_id: id } } }))} />;
}
