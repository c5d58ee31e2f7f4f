/** Lanes by number: how much waits, since when, what goes next; each lane is paused and resumed alone. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Pause, Play } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { useNumberNames } from "../../api/names";
import { key, queries, refresh } from "../../api/queries";
import type { Queue } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useLive } from "../../live/hooks";
import { duration } from "../../lib/time";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { Card } from "../../ui/page";
import { Empty, ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { Chip } from "../../ui/status";
import { DataTable, type Column } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { useQueueTexts } from "./texts";

type Lane = Queue["lanes"][number];
const LANE_NAMES = { transactional: "transactional", bulk: "bulk" } as const;

export function LanesCard() {
  const t = useQueueTexts();
  const formats = useFormats();
  const words = useErrorText();
  const name = useNumberNames();
  const operator = useMay("operator");
  const [pausing, setPausing] = useState<Lane | null>(null);
  const queue = useQuery({ queryKey: key("queue", "lanes"), queryFn: ({ signal }) => read(api.GET("/api/v1/queue", { signal })) });
  const rates = useLive<{ sessions?: Record<string, { accepted_s?: number }> }>("sessions")?.sessions;
  const laneName = (lane: string) => t(LANE_NAMES[lane as "bulk"] ?? "bulk");
  const change = useMutation({
    mutationFn: ({ lane, pause }: { lane: Lane; pause: boolean }) => {
      const body = { session_id: lane.session_id, lane: lane.lane as "bulk" };
      return read(pause ? api.POST("/api/v1/queue/pause", { body }) : api.POST("/api/v1/queue/resume", { body }));
    },
    onSuccess: (now, { lane, pause }) => {
      queries.setQueryData(key("queue", "lanes"), now);
      refresh("holds");
      setPausing(null);
      toast(t(pause ? "lanePaused" : "laneResumed", { lane: laneName(lane.lane), name: name(lane.session_id) ?? t("removed") }), pause ? { undo: () => change.mutate({ lane, pause: false }) } : {});
    },
    onError: (error) => toast(words(error), { bad: true }),
  });
  const columns: Column<Lane>[] = [
    { key: "number", title: t("number"), phone: "main", cell: (lane) => <span className="font-medium">{name(lane.session_id) ?? t("removed")}</span> },
    { key: "lane", title: t("lane"), phone: "main", cell: (lane) => <span className="flex items-center gap-2">{laneName(lane.lane)}{lane.paused && <Chip tone="warning" icon={Pause}>{t("paused")}</Chip>}</span> },
    { key: "depth", title: t("depth"), right: true, phone: "side", cell: (lane) => formats.count(lane.depth) },
    { key: "due", title: t("due"), right: true, cell: (lane) => formats.count(lane.due) },
    { key: "held", title: t("held"), right: true, cell: (lane) => formats.count(lane.held) },
    { key: "rate", title: t("rate"), right: true, cell: (lane) => (rates?.[lane.session_id] ? t("perSecond", { n: formats.rate(rates[lane.session_id]!.accepted_s ?? 0) }) : "—") },
    { key: "oldest", title: t("oldest"), right: true, phone: "sub", cell: (lane) => (lane.oldest_due_at ? duration(lane.oldest_s * 1000) : "—") },
    { key: "next", title: t("next"), right: true, phone: "sub", cell: (lane) => <When at={lane.next_due_at} /> },
  ];
  if (operator)
    columns.push({
      key: "act", title: t("action"), right: true, phone: "side",
      cell: (lane) => lane.paused
        ? <Button className="!h-7" icon={<Play size={14} aria-hidden />} busy={change.isPending && change.variables?.lane === lane} onClick={() => change.mutate({ lane, pause: false })}>{t("resume")}</Button>
        : <Button kind="quiet" className="!h-7" icon={<Pause size={14} aria-hidden />} onClick={() => setPausing(lane)}>{t("pause")}</Button>,
    });
  return (
    <Card title={t("lanes")}>
      {queue.error && <ErrorBox error={queue.error} since={queue.data && formats.clock(new Date(queue.dataUpdatedAt), "second")} onRetry={() => void queue.refetch()} />}
      {queue.isPending && !queue.error && <Skeleton rows={3} onRetry={() => void queue.refetch()} />}
      {queue.data?.lanes.length === 0 && <Empty kind="good" title={t("nothingWaits")}>{t("nothingWaitsText")}</Empty>}
      {queue.data && queue.data.lanes.length > 0 && <DataTable label={t("lanes")} columns={columns} rows={queue.data.lanes} id={(lane) => `${lane.session_id} ${lane.lane}`} />}
      {pausing && (
        <Confirm open onOpenChange={(open) => !open && setPausing(null)} title={t("pauseTitle", { lane: laneName(pausing.lane), name: name(pausing.session_id) ?? t("removed") })} action={t("pauseLane")} busy={change.isPending} onConfirm={() => change.mutate({ lane: pausing, pause: true })}>
          <p className="text-fg">{t("pauseWaits", { count: pausing.depth })}</p>
          <p>{t("pauseText")}</p>
        </Confirm>
      )}
    </Card>
  );
}
