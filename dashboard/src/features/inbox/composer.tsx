/** What is written to the person: a text with quick replies behind a slash, a note for the team, or a template once the window is closed. */
import { useMutation } from "@tanstack/react-query";
import { Lock, Send, StickyNote } from "lucide-react";
import { useRef, useState, type KeyboardEvent } from "react";
import { api, read } from "../../api/client";
import type { ConversationDetail, QuickReply } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { piecesOf } from "../../lib/message-text";
import { onceKey } from "../../lib/once";
import { duration } from "../../lib/time";
import { Button } from "../../ui/button";
import { cx } from "../../ui/cx";
import { fieldErrors, useFieldReason } from "../../ui/form";
import { bubbleOf, Phone } from "../../ui/message/phone";
import { Picker } from "../../ui/picker";
import { useErrorText } from "../../ui/states";
import { threadChanged, useQuickReplies } from "./data";
import { QuickList } from "./quick-list";
import { Suggestions, useSuggestions } from "./suggestions";
import { useInboxTexts } from "./texts";
import { leftMs, slashed } from "./window";

interface Props { conversation: ConversationDetail; now: number; onManage: () => void }

export function Composer({ conversation, now, onManage }: Props) {
  const t = useInboxTexts();
  const say = useWords();
  const [mode, setMode] = useState<"reply" | "note">("reply");
  const left = conversation.window.closes_at ? leftMs(conversation.window.closes_at, now) : null;
  const open = conversation.window.closes_at === null || left !== null;
  return (
    <div className="border-t border-line bg-surface p-3" data-composer={open ? "open" : "closed"}>
      <div className="mb-2 flex flex-wrap items-center gap-2 text-caption text-muted">
        <div role="group" aria-label={t("reply")} className="flex gap-1">
          {(["reply", "note"] as const).map((one) => <button key={one} type="button" aria-pressed={mode === one} onClick={() => setMode(one)} className="control !h-7 text-caption text-muted hover:bg-sunken aria-pressed:bg-accent-soft aria-pressed:text-accent-fg">{t(one === "reply" ? "reply" : "writeNote")}</button>)}
        </div>
        <span className="grow" />
        {left !== null && <span className={cx("tnum", left < 3_600_000 && "text-warning-fg")}>{t("windowLeft", { left: duration(left) })}</span>}
        <Button kind="quiet" className="!h-7 text-caption" onClick={onManage}>{t("manageQuick")}</Button>
      </div>
      {mode === "note" ? <NoteBox id={conversation.id} onDone={() => setMode("reply")} /> : open ? <TextBox key={conversation.id} conversation={conversation} /> : (
        <>
          <p className="mb-2 flex items-center gap-2 rounded-control bg-warning-soft px-3 py-2 text-table text-warning-fg" role="status"><Lock size={14} aria-hidden className="shrink-0" /><span><strong className="font-semibold">{t("windowClosed")}</strong>{`. ${say(conversation.window.reason_text) ?? t("windowClosedText")}`}</span></p>
          <TemplateBox key={conversation.id} conversation={conversation} />
        </>
      )}
    </div>
  );
}

/** One try has one key: what is repeated because no answer came is not sent twice. */
function useSend(id: string, onSent: () => void) {
  const attempt = useRef({ said: "", key: "" });
  return useMutation({
    mutationFn: (body: { text: string } | { template_id: string; variables: Record<string, string> }) => {
      const said = JSON.stringify(body);
      if (attempt.current.said !== said) attempt.current = { said, key: onceKey() };
      return read(api.POST("/api/v1/conversations/{conversation_id}/messages", { params: { path: { conversation_id: id }, header: { "Idempotency-Key": attempt.current.key } } as never, body: body as never }));
    },
    onSuccess: () => { attempt.current = { said: "", key: "" }; onSent(); threadChanged(id); },
    onError: () => threadChanged(id),
  });
}

function Refusal({ error }: { error: unknown }) {
  const words = useErrorText();
  const reason = useFieldReason();
  if (!error) return null;
  const fields = fieldErrors(error);
  return <p role="alert" className="mt-1 text-table text-danger-fg">{fields.length ? fields.map(reason).join(" ") : words(error)}</p>;
}

function TextBox({ conversation }: { conversation: ConversationDetail }) {
  const t = useInboxTexts();
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState("");
  const [caret, setCaret] = useState(0);
  const [shut, shutList] = useState(false);
  const [at, setAt] = useState(0);
  const replies = useQuickReplies(conversation.id);
  const send = useSend(conversation.id, () => { setText(""); area.current?.focus(); });
  const asked = useSuggestions(conversation.id);
  const accept = (suggested: string) => { setText(suggested); asked.reset(); requestAnimationFrame(() => area.current?.focus()); };
  const slash = shut ? null : slashed(text, caret);
  const found = slash ? (replies.data?.data ?? []).filter((one) => one.shortcut.startsWith(slash.word.toLowerCase())).slice(0, 8) : [];
  const take = (one: QuickReply) => {
    if (!slash) return;
    const filled = one.filled?.text ?? one.text;
    const next = text.slice(0, slash.from) + filled + text.slice(caret);
    setText(next);
    const end = slash.from + filled.length;
    requestAnimationFrame(() => { area.current?.focus(); area.current?.setSelectionRange(end, end); setCaret(end); });
  };
  const go = () => { if (text.trim() && !send.isPending) send.mutate({ text: text.trim() }); };
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (slash && found.length) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); return setAt((now) => (now + (event.key === "ArrowDown" ? 1 : found.length - 1)) % found.length); }
      if (event.key === "Enter" || event.key === "Tab") { event.preventDefault(); return take(found[Math.min(at, found.length - 1)]!); }
    }
    const first = asked.data?.data[0];
    if (event.key === "Tab" && !event.shiftKey && first && !text) { event.preventDefault(); return accept(first.text); }
    if (event.key === "Escape" && slash) { event.stopPropagation(); return shutList(true); }
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); go(); }
  };
  const look = (element: HTMLTextAreaElement) => { setCaret(element.selectionStart); shutList(false); setAt(0); };
  return (
    <div className="relative">
      <Suggestions asked={asked} onTake={accept} />
      {slash && <QuickList found={found} at={Math.min(at, found.length - 1)} onTake={take} />}
      <div className="flex items-end gap-2">
        <textarea
          ref={area} rows={Math.min(6, Math.max(2, text.split("\n").length))} value={text} maxLength={4096} aria-label={t("reply")} placeholder={t("replyPlace")} className="field !h-auto min-h-16 resize-none py-2"
          onChange={(event) => { setText(event.target.value); look(event.target); }} onSelect={(event) => setCaret(event.currentTarget.selectionStart)} onKeyDown={onKey}
        />
        <Button kind="primary" busy={send.isPending} aria-disabled={!text.trim()} icon={<Send size={14} aria-hidden />} onClick={go}>{t("send")}</Button>
      </div>
      <p className="mt-1 hidden text-caption text-faint sm:block">{t("sendHint")}</p>
      <Refusal error={send.error} />
    </div>
  );
}

function NoteBox({ id, onDone }: { id: string; onDone: () => void }) {
  const t = useInboxTexts();
  const [text, setText] = useState("");
  const save = useMutation({
    mutationFn: () => read(api.POST("/api/v1/conversations/{conversation_id}/notes", { params: { path: { conversation_id: id } }, body: { text: text.trim() } })),
    onSuccess: () => { threadChanged(id); onDone(); },
  });
  return (
    <div>
      <div className="flex items-end gap-2">
        <textarea autoFocus rows={2} maxLength={4000} value={text} onChange={(event) => setText(event.target.value)} aria-label={t("writeNote")} placeholder={t("notePlace")} className="field !h-auto min-h-16 resize-none bg-sunken py-2" />
        <Button busy={save.isPending} aria-disabled={!text.trim()} icon={<StickyNote size={14} aria-hidden />} onClick={() => text.trim() && save.mutate()}>{t("saveNote")}</Button>
      </div>
      <Refusal error={save.error} />
    </div>
  );
}

function TemplateBox({ conversation }: { conversation: ConversationDetail }) {
  const t = useInboxTexts();
  const offered = conversation.offered_templates ?? [];
  const [chosen, choose] = useState<string | null>(null);
  const [values, setValues] = useState<Record<string, string>>({});
  const send = useSend(conversation.id, () => choose(null));
  const template = offered.find((one) => one.id === chosen);
  const names = [...new Set(piecesOf(template?.body ?? "").flatMap((piece) => (piece.kind === "variable" ? [piece.variable] : [])))];
  const first = (name: string) => values[name] ?? (name === "customer_name" ? conversation.name ?? "" : name === "customer_phone" ? conversation.phone : "");
  const shown = piecesOf(template?.body ?? "").map((piece) => (piece.kind === "variable" ? first(piece.variable) || piece.source : piece.text)).join("");
  const go = () => { if (template && !send.isPending) send.mutate({ template_id: template.id, variables: Object.fromEntries(names.flatMap((name) => (first(name) ? [[name, first(name)]] : []))) }); };
  if (offered.length === 0) return <p className="text-table text-muted">{t("noTemplates")}</p>;
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-center gap-2">
        <div className="min-w-0 grow basis-56"><Picker label={t("template")} placeholder={t("chooseTemplate")} value={chosen} onChange={choose} options={offered.map((one) => ({ value: one.id, title: one.name, note: `${one.language} · ${one.body}` }))} /></div>
        <Button kind="primary" busy={send.isPending} aria-disabled={!template} icon={<Send size={14} aria-hidden />} onClick={go}>{t("sendTemplate")}</Button>
      </div>
      {template && (
        <div className="grid max-h-[45dvh] grid-cols-1 gap-3 overflow-y-auto sm:grid-cols-2">
          <div className="space-y-2">{names.map((name) => <label key={name} className="block space-y-1"><span className="text-caption text-muted">{t("valueOf", { name })}</span><input className="field" value={first(name)} onChange={(event) => setValues({ ...values, [name]: event.target.value })} /></label>)}</div>
          <Phone bubbles={[bubbleOf(shown)]} />
        </div>
      )}
      <Refusal error={send.error} />
    </div>
  );
}
