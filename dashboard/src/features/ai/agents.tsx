/** Who answers: for the company and for each of its numbers, with which model, and what that has cost today. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Bot, Pencil, Plus, Power, PowerOff, Trash2 } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { api, read } from "../../api/client";
import { key, refresh } from "../../api/queries";
import type { Agent } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { Bar } from "../../ui/bars";
import { Button, IconButton } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { Card, Facts } from "../../ui/page";
import { Empty, ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { Chip } from "../../ui/status";
import { toast } from "../../ui/toasts";
import { useFormats } from "../../ui/when";
import { AgentForm } from "./agent-form";
import { ACTIONS } from "./agent-words";
import { useAiTexts } from "./texts";

const SwitchOff = lazy(() => import("./off"));
const OUTSIDE = { answer: "outsideAnswer", silent: "outsideSilent", hand_over: "outsideHandOver" } as const;

export default function Agents() {
  const t = useAiTexts();
  const words = useErrorText();
  const owner = useMay("owner");
  const list = useQuery({ queryKey: key("agents"), queryFn: ({ signal }) => read(api.GET("/api/v1/ai/agents", { signal })) });
  const numbers = useQuery({ queryKey: key("sessions", "choices"), queryFn: ({ signal }) => read(api.GET("/api/v1/sessions", { params: { query: { limit: 200 } }, signal })) });
  const [editing, edit] = useState<Agent | "new" | null>(null);
  const [leaving, leave] = useState<Agent | null>(null);
  const [resting, rest] = useState<Agent | "all" | null>(null);
  const wake = useMutation({
    mutationFn: (one: Agent) => read(api.PATCH("/api/v1/ai/agents/{agent_id}", { params: { path: { agent_id: one.id } }, body: { active: true } })),
    onSuccess: (one) => { refresh("agents"); toast(t("isOn", { name: one.name })); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  const remove = useMutation({
    mutationFn: (one: Agent) => read(api.DELETE("/api/v1/ai/agents/{agent_id}", { params: { path: { agent_id: one.id } } })),
    onSuccess: () => { leave(null); refresh("agents"); toast(t("removed")); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  const add = owner ? <Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={() => edit("new")}>{t("newAgent")}</Button> : undefined;
  const answersFor = (one: Agent) => (one.session_id ? numbers.data?.data.find((number) => number.id === one.session_id)?.name ?? one.session_id.slice(0, 8) : t("everyNumber"));
  const agents = list.data?.data;
  return (
    <div className="space-y-4">
      {list.error && <ErrorBox error={list.error} onRetry={() => void list.refetch()} />}
      {list.isPending && !list.error && <Skeleton rows={4} onRetry={() => void list.refetch()} />}
      {agents?.length === 0 && <Empty title={t("noAgents")} action={add}>{t("noAgentsText")}</Empty>}
      {agents && agents.length > 0 && <div className="flex flex-wrap items-center gap-3">{add}{owner && agents.some((one) => one.active) && <Button icon={<PowerOff size={14} aria-hidden />} onClick={() => rest("all")}>{t("offAction")}</Button>}<p className="text-table text-muted">{agents.some((one) => one.model) ? null : t("withoutModel")}</p></div>}
      <ul className="grid grid-cols-1 gap-3 lg:grid-cols-2 2xl:grid-cols-3" data-agents>
        {agents?.map((one) => (
          <li key={one.id}>
            <Card title={one.name} aside={<span className="flex items-center gap-1"><Chip tone={one.active ? "success" : "skipped"} icon={Bot}>{t(one.active ? "answering" : "outOfUse")}</Chip>{owner && (one.active ? <IconButton label={`${t("offOneAction")}: ${one.name}`} onClick={() => rest(one)}><PowerOff size={14} /></IconButton> : <IconButton label={`${t("onOneAction")}: ${one.name}`} busy={wake.isPending} onClick={() => wake.mutate(one)}><Power size={14} /></IconButton>)}{owner && <IconButton label={`${t("edit")}: ${one.name}`} onClick={() => edit(one)}><Pencil size={14} /></IconButton>}{owner && <IconButton label={`${t("remove")}: ${one.name}`} onClick={() => leave(one)}><Trash2 size={14} /></IconButton>}</span>}>
              <Facts
                rows={[
                  [t("answersFor"), answersFor(one)],
                  [t("hours"), one.settings.hours?.length ? one.settings.hours.map((part) => `${part.from}–${part.to}`).join(", ") : t("always")], [t("outside"), t(OUTSIDE[one.settings.outside ?? "answer"])],
                  [t("mayDo"), (one.settings.actions ?? ["hand_over"]).map((action) => t(ACTIONS[action])).join(", ")],
                  [t("languageModel"), one.model ? one.model.name : t("approvedOnly")],
                ]}
              />
              {one.model && <Budget agent={one} />}
            </Card>
          </li>
        ))}
      </ul>
      {editing && <AgentForm of={editing === "new" ? null : editing} numbers={numbers.data?.data ?? []} onClose={() => edit(null)} />}
      {resting && <Suspense fallback={null}><SwitchOff agent={resting === "all" ? null : resting} onClose={() => rest(null)} /></Suspense>}
      {leaving && <Confirm open danger onOpenChange={(open) => !open && leave(null)} title={t("removeTitle", { name: leaving.name })} action={t("remove")} busy={remove.isPending} onConfirm={() => remove.mutate(leaving)}>{t("removeAgentText")}</Confirm>}
    </div>
  );
}

/** What the company has spent today of what this agent's model may. */
function Budget({ agent }: { agent: Agent }) {
  const t = useAiTexts();
  const { count } = useFormats();
  const spent = useQuery({ queryKey: key("ai-spending"), refetchInterval: 60_000, queryFn: ({ signal }) => read(api.GET("/api/v1/ai/spending", { signal })) });
  const most = agent.model?.daily_tokens ?? 200_000;
  if (!spent.data) return null;
  return (
    <div className="mt-3">
      <p className="flex justify-between gap-3 text-caption text-muted tnum"><span>{t("spentToday")}</span><span>{`${count(spent.data.tokens)} / ${t("tokensN", { count: most })} · ${Number(spent.data.cost).toFixed(2)}`}</span></p>
      <Bar share={most ? spent.data.tokens / most : 0} tone={spent.data.tokens >= most ? "var(--series-failed)" : undefined} />
    </div>
  );
}
