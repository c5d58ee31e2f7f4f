/** A message to a number of one's own, followed until it is read. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import type { Message, SessionWithUsage } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { AreaField, Form, FormField, TextField } from "../../ui/form";
import { Picker } from "../../ui/picker";
import { StatusChip } from "../../ui/status";
import { When } from "../../ui/when";
import { useSessionTexts } from "./texts";

const SETTLED = new Set(["read", "failed", "uncertain", "skipped", "cancelled"]);
const NO_TEMPLATE = "-";

export function TestSend({ session, onClose }: { session: SessionWithUsage; onClose: () => void }) {
  const t = useSessionTexts();
  const [to, setTo] = useState("");
  const [text, setText] = useState(t("testExample"));
  const [template, setTemplate] = useState(NO_TEMPLATE);
  const templates = useQuery({ queryKey: key("templates", "names"), queryFn: ({ signal }) => read(api.GET("/api/v1/templates", { params: { query: { limit: 500 } }, signal })) });
  const send = useMutation({
    mutationFn: (): Promise<Message> => {
      if (template !== NO_TEMPLATE) return read(api.POST("/api/v1/templates/{template_id}/test", { params: { path: { template_id: template } }, body: { session_id: session.id, to } })) as Promise<Message>;
      return read(api.POST("/api/v1/messages", { body: { session_id: session.id, to, text } as never })) as Promise<Message>;
    },
  });
  const options = [{ value: NO_TEMPLATE, title: t("asText") }, ...(templates.data?.data ?? []).map((one) => ({ value: one.id, title: one.name, note: one.language }))];
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} firm title={t("testTitle", { name: session.name })} footer={<><Button onClick={onClose}>{t("close")}</Button><Button kind="primary" type="submit" form="test-send" busy={send.isPending}>{t("send")}</Button></>}>
      <Form id="test-send" error={send.error} onSubmit={() => send.mutate()}>
        <TextField name="to" label={t("to")} value={to} onChange={setTo} type="tel" autoComplete="tel" placeholder="+55 11 90000-0000" hint={t("toHint")} />
        <FormField name="template_id" label={t("template")}>{(props) => <Picker id={props.id} label={t("template")} value={template} onChange={setTemplate} options={options} />}</FormField>
        {template === NO_TEMPLATE && <AreaField name="text" label={t("text")} value={text} onChange={setText} maxLength={4096} hint={session.transport === "cloud" ? t("windowHint") : undefined} />}
      </Form>
      {send.data && <Followed first={send.data} />}
    </Dialog>
  );
}

function Followed({ first }: { first: Message }) {
  const t = useSessionTexts();
  const say = useWords();
  const { data } = useQuery({
    queryKey: key("messages", "one", first.id), placeholderData: undefined, initialData: first as Message, staleTime: 0,
    queryFn: ({ signal }) => read(api.GET("/api/v1/messages/{message_id}", { params: { path: { message_id: first.id } }, signal })) as Promise<Message>,
    refetchInterval: (query) => (query.state.data && SETTLED.has(query.state.data.status) ? false : 1_000),
  });
  return (
    <div role="status" className="mt-4 space-y-2 border-t border-line pt-4" data-test-status={data.status}>
      <p className="flex flex-wrap items-center gap-2 text-table"><span>{t("testState")}</span><StatusChip status={data.status} /><span className="text-muted">{say(data.reason_text) ?? data.reason ?? ""}</span></p>
      <ol className="flex flex-wrap gap-3 text-caption text-muted">{data.timeline.map((step, at) => <li key={at} className="flex items-center gap-1.5"><StatusChip status={step.status} /><When at={step.at} exact="ms" /></li>)}</ol>
    </div>
  );
}
