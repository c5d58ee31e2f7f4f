/** Somebody writes as a customer would: what AI would understand, decide and say; nothing is sent. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { CornerDownLeft, RotateCcw } from "lucide-react";
import { useState, type KeyboardEvent } from "react";
import { api, read } from "../../../api/client";
import { key, refresh } from "../../../api/queries";
import { useWords } from "../../../i18n";
import { Button } from "../../../ui/button";
import { cx } from "../../../ui/cx";
import { AreaField, Form, FormField } from "../../../ui/form";
import { Card } from "../../../ui/page";
import { Picker } from "../../../ui/picker";
import { ErrorBox } from "../../../ui/states";
import { Chip } from "../../../ui/status";
import { Decided } from "./decided";
import { saidOf, TONES, type Turn } from "./talk";
import { useSimulatorTexts } from "./texts";

const USUAL = "usual";

export default function Simulator() {
  const t = useSimulatorTexts();
  const agents = useQuery({ queryKey: key("agents"), queryFn: ({ signal }) => read(api.GET("/api/v1/ai/agents", { signal })) });
  const [who, choose] = useState(USUAL);
  const [text, setText] = useState("");
  const [turns, setTurns] = useState<Turn[]>([]);
  const [at, look] = useState<number | null>(null);
  const ask = useMutation({
    mutationFn: (said: string) => read(api.POST("/api/v1/ai/simulate", { body: { text: said, said: saidOf(turns), ...(who === USUAL ? {} : { agent_id: who }) } })),
    onSuccess: (told, said) => { setTurns((before) => [...before, { text: said, told }]); setText(""); look(null); if (told.tokens) refresh("ai-spending"); },
  });
  const send = () => { if (!ask.isPending) ask.mutate(text.trim()); };
  const onKey = (event: KeyboardEvent) => { if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) { event.preventDefault(); send(); } };
  const list = agents.data?.data ?? [];
  const shown = turns[at ?? turns.length - 1];
  const costs = list.some((one) => one.model !== null && (who === USUAL ? one.active : one.id === who));
  return (
    <div className="grid grid-cols-1 items-start gap-4 xl:grid-cols-[minmax(0,1fr)_420px]">
      <Card title={t("thread")} aside={turns.length > 0 ? <Button kind="quiet" className="!h-7" icon={<RotateCcw size={14} aria-hidden />} onClick={() => { setTurns([]); look(null); ask.reset(); }}>{t("again")}</Button> : undefined}>
        <p className="mb-3 max-w-[72ch] text-table text-muted">{t("intro")}{costs ? ` ${t("costs")}` : ""}</p>
        {agents.error && <ErrorBox error={agents.error} onRetry={() => void agents.refetch()} />}
        <div aria-live="polite" className="min-h-32 space-y-3" data-rehearsal>
          {turns.length === 0 && !ask.isPending && <p className="text-table text-muted">{t("empty")}</p>}
          <ol aria-label={t("thread")} className="space-y-3">
            {turns.map((one, index) => <Said key={index} turn={one} picked={one === shown} onPick={() => look(index)} />)}
          </ol>
          {ask.isPending && <><p className="ml-auto w-fit max-w-[85%] rounded-dialog bg-accent-soft px-3 py-2 text-table break-words whitespace-pre-wrap">{ask.variables}</p><p className="text-caption text-muted">{t("thinking")}</p></>}
        </div>
        <Form error={ask.error} onSubmit={send} className="mt-4 !max-w-none">
          <FormField name="agent_id" label={t("who")} className="max-w-100">{(props) => <Picker id={props.id} invalid={Boolean(props["aria-invalid"])} describedBy={props["aria-describedby"]} label={t("who")} value={who} onChange={choose} options={[{ value: USUAL, title: t("usual") }, ...list.map((one) => ({ value: one.id, title: one.name, note: one.active ? undefined : t("resting") }))]} />}</FormField>
          <div onKeyDown={onKey}><AreaField name="text" label={t("write")} rows={2} value={text} onChange={setText} maxLength={4_096} /></div>
          <Button type="submit" kind="primary" busy={ask.isPending} icon={<CornerDownLeft size={14} aria-hidden />}>{t("send")}</Button>
        </Form>
      </Card>
      {shown && <Decided told={shown.told} agent={list.find((one) => one.id === shown.told.agent_id)?.name ?? null} />}
    </div>
  );
}

function Said({ turn, picked, onPick }: { turn: Turn; picked: boolean; onPick: () => void }) {
  const t = useSimulatorTexts();
  const say = useWords();
  const { told } = turn;
  return (
    <li className="space-y-1.5">
      <p className="ml-auto w-fit max-w-[85%] rounded-dialog bg-accent-soft px-3 py-2 text-table break-words whitespace-pre-wrap"><span className="sr-only">{`${t("customer")}: `}</span>{turn.text}</p>
      <div className={cx("w-fit max-w-[85%] rounded-dialog border px-3 py-2 text-table", picked ? "border-line-strong bg-sunken" : "border-line bg-surface")}>
        {told.text && <p className="mb-1.5 break-words whitespace-pre-wrap" data-answer>{told.text}</p>}
        <p className="flex flex-wrap items-center gap-2 text-caption text-muted">
          <Chip tone={TONES[told.outcome]}>{t(told.outcome)}</Chip>
          <span>{say(told.reason_text) ?? told.reason}</span>
          <button type="button" aria-pressed={picked} onClick={onPick} className="min-h-6 text-accent-fg underline">{t("show")}</button>
        </p>
      </div>
    </li>
  );
}
