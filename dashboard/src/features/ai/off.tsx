/** The question before AI, or one agent, goes out of use: with how many conversations then wait for people. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { Problem } from "../../api/problem";
import { key, refresh } from "../../api/queries";
import type { Agent } from "../../api/schema.gen";
import { Confirm } from "../../ui/dialog";
import { ErrorBox } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { useAiTexts } from "./texts";

export default function SwitchOff({ agent, onClose }: { agent: Agent | null; onClose: () => void }) {
  const t = useAiTexts();
  const which = agent ? { agent_id: agent.id } : {};
  const told = useQuery({
    queryKey: key("agents", "off", agent?.id ?? "all"), staleTime: 0, gcTime: 0, placeholderData: undefined,
    queryFn: ({ signal }) => read(api.POST("/api/v1/ai/off", { body: { ...which, preview: true }, signal })),
  });
  const off = useMutation({
    mutationFn: (conversations: number) => read(api.POST("/api/v1/ai/off", { body: { ...which, conversations } })),
    onSuccess: () => { toast(t("isOff")); refresh("agents"); onClose(); },
    // More wait by now than was shown: it is counted and asked again.
    onError: (error) => { if (error instanceof Problem && error.status === 409) void told.refetch(); },
  });
  const found = told.data;
  const asks = agent ? t("offOne", { name: agent.name }) : t("offAll");
  const title = found ? `${asks} ${t(found.conversations_capped ? "backMore" : "back", { count: found.conversations })}` : asks;
  const changed = off.error instanceof Problem && off.error.status === 409;
  return (
    <Confirm open danger onOpenChange={(open) => !open && onClose()} title={title} action={t(agent ? "offOneAction" : "offAction")} busy={off.isPending} disabled={!found || told.isFetching} onConfirm={() => found && off.mutate(found.conversations)}>
      <p data-off={found?.conversations}>{t("offText")}</p>
      {!agent && found && <p>{t("agentsOff", { count: found.agents })}</p>}
      {changed && <p role="alert" className="text-warning-fg">{t("offChanged")}</p>}
      {(told.error ?? (changed ? null : off.error)) != null && <ErrorBox error={told.error ?? off.error} onRetry={() => void told.refetch()} />}
    </Confirm>
  );
}
