/** Who waits for an answer? The list, the thread, the person: side by side where there is room, one at a time on a phone. */
import { ArrowLeft, Bot, BotOff, Check, Hourglass, RotateCcw, UserRound } from "lucide-react";
import { useEffect, useState } from "react";
import { useMay, useSession } from "../../api/session";
import { useNow } from "../../live/hooks";
import { phone } from "../../lib/phone";
import { useUrlState } from "../../lib/url";
import { Button, IconButton } from "../../ui/button";
import { cx } from "../../ui/cx";
import { keysOn } from "../../ui/keys";
import { Menu, MenuItem } from "../../ui/menu";
import { PageHead } from "../../ui/page";
import { Panel } from "../../ui/panel";
import { Empty, ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { typing } from "../../ui/table";
import { toast } from "../../ui/toasts";
import { Composer } from "./composer";
import { Context } from "./context";
import { useChange, useConversation, useRead, type Change } from "./data";
import { List } from "./list";
import type { Filters } from "./merge";
import { QuickReplies } from "./quick-replies";
import { useInboxTexts } from "./texts";
import { Thread } from "./thread";

const FILTERS = ["assignee_id", "session_id", "unread", "intent", "q", "order"] as const;

export function Inbox() {
  const t = useInboxTexts();
  const [search, setSearch] = useUrlState();
  const now = useNow(10_000);
  const [managing, manage] = useState(false);
  const filters: Filters = { ...(search.state === "all" ? {} : { state: search.state ?? "open" }), ...Object.fromEntries(FILTERS.flatMap((name) => (search[name] ? [[name, search[name]]] : []))) };
  const open = search.open;
  const choose = (id: string | undefined) => setSearch({ open: id }, { replace: open !== undefined && id !== undefined });
  useRowKeys(choose);
  return (
    <div className="flex h-[calc(100dvh-160px)] min-h-105 flex-col lg:h-[calc(100dvh-110px)]">
      <div className={cx(open && "hidden lg:block")}><PageHead title={t("title")} /></div>
      <div className="card grid min-h-0 grow grid-cols-1 overflow-hidden lg:grid-cols-[320px_minmax(0,1fr)] xl:grid-cols-[320px_minmax(0,1fr)_300px]">
        <section aria-label={t("list")} className={cx("min-h-0 flex-col border-r border-line", open ? "hidden lg:flex" : "flex")}>
          <List filters={filters} onFilter={(change) => setSearch({ ...change, ...(change.state === "open" ? { state: undefined } : {}) })} chosen={open} onChoose={choose} now={now} />
        </section>
        {open ? <Opened key={open} id={open} now={now} onBack={() => choose(undefined)} onManage={() => manage(true)} /> : (
          <div className="hidden place-items-center lg:grid xl:col-span-2"><Empty title={t("choose")}>{t("chooseText")}</Empty></div>
        )}
      </div>
      {managing && <QuickReplies onClose={() => manage(false)} />}
    </div>
  );
}

function Opened({ id, now, onBack, onManage }: { id: string; now: number; onBack: () => void; onManage: () => void }) {
  const t = useInboxTexts();
  const words = useErrorText();
  const operator = useMay("operator");
  const { user } = useSession();
  const found = useConversation(id);
  const change = useChange(id);
  const [about, showAbout] = useState(false);
  const one = found.conversation;
  useRead(one, operator);
  const act = (wanted: Change, said: string) => change.mutate(wanted, { onSuccess: () => { void found.refetch(); toast(said); }, onError: (error) => { void found.refetch(); toast(words(error), { bad: true }); } });
  const close = () => act({ state: "closed" }, t("closedIt"));
  const takeOver = () => act({ ai_on: false, ...(user ? { assignee_id: user.id } : {}) }, t("takenOver"));
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !keysOn() || !operator || !one || document.querySelector("[role=dialog]")) return;
      if (event.key === "e" && one.state !== "closed") close();
      if (event.key === "a") takeOver();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
  if (!one) return <section aria-label={t("thread")} className="min-w-0 p-4 xl:col-span-2"><IconButton label={t("back")} onClick={onBack} className="lg:!hidden"><ArrowLeft size={16} /></IconButton>{found.error ? <ErrorBox error={found.error} onRetry={() => void found.refetch()} /> : <Skeleton onRetry={() => void found.refetch()} />}</section>;
  const icon = 14;
  return (
    <>
      <section aria-label={t("thread")} className="flex min-h-0 min-w-0 flex-col" data-open={one.id} data-ai={one.ai_on ? "on" : "off"}>
        <header className="flex min-h-14 flex-wrap items-center gap-2 border-b border-line px-3 py-2">
          <IconButton label={t("back")} onClick={onBack} className="lg:!hidden"><ArrowLeft size={16} /></IconButton>
          <h2 className="min-w-0 grow truncate text-card">{one.name ?? phone(one.phone)}</h2>
          {operator && (one.ai_on
            ? <Button busy={change.isPending} icon={<BotOff size={icon} aria-hidden />} aria-keyshortcuts="a" onClick={takeOver}>{t("takeOver")}</Button>
            : <span className="inline-flex items-center gap-1 text-caption text-muted" title={t("aiOff")}><BotOff size={icon} aria-hidden /><span className="sr-only 2xl:not-sr-only">{t("aiOff")}</span></span>)}
          {operator && one.state !== "closed" && <Button busy={change.isPending} icon={<Check size={icon} aria-hidden />} aria-keyshortcuts="e" aria-label={t("closeIt")} onClick={close} className="!hidden sm:!inline-flex">{t("closeShort")}</Button>}
          <IconButton label={t("showContext")} onClick={() => showAbout(true)} className="xl:!hidden"><UserRound size={16} /></IconButton>
          {operator && (
            <Menu>
              {one.state !== "closed" && <MenuItem icon={<Check size={icon} aria-hidden />} onSelect={close}>{t("closeIt")}</MenuItem>}
              {one.state !== "open" && <MenuItem icon={<RotateCcw size={icon} aria-hidden />} onSelect={() => act({ state: "open" }, t("reopened"))}>{t("reopen")}</MenuItem>}
              {one.state === "open" && <MenuItem icon={<Hourglass size={icon} aria-hidden />} onSelect={() => act({ state: "waiting" }, t("asideDone"))}>{t("setAside")}</MenuItem>}
              {!one.ai_on && <MenuItem icon={<Bot size={icon} aria-hidden />} onSelect={() => act({ ai_on: true }, t("givenBack"))}>{t("giveBack")}</MenuItem>}
            </Menu>
          )}
        </header>
        {found.error && <ErrorBox error={found.error} onRetry={() => void found.refetch()} />}
        <Thread id={one.id} files={one.transport !== "web"} />
        {operator && <Composer conversation={one} now={now} onManage={onManage} />}
      </section>
      <aside aria-label={t("context")} className="hidden min-h-0 overflow-y-auto border-l border-line xl:block" tabIndex={-1}><Context conversation={one} onChange={act} /></aside>
      {about && <Panel title={t("context")} onClose={() => showAbout(false)}><Context conversation={one} onChange={act} /></Panel>}
    </>
  );
}

/** j and k walk the list and open what they come to. */
function useRowKeys(choose: (id: string) => void) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.key !== "j" && event.key !== "k") || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !keysOn() || document.querySelector("[role=dialog]")) return;
      const rows = [...document.querySelectorAll<HTMLElement>("[data-conversations] [data-row]")].filter((row) => row.offsetParent !== null);
      const at = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
      const next = rows[event.key === "j" ? Math.min(at + 1, rows.length - 1) : Math.max(at - 1, 0)];
      if (!next) return;
      next.focus();
      choose(next.dataset.row!);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  });
}
