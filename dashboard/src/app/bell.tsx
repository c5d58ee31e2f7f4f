/** The bell: what the company's people should know. How many are new comes live; the list is read when it is opened. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Bell as BellIcon, CircleAlert, Info, TriangleAlert, type LucideIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { api, read } from "../api/client";
import { key, refresh } from "../api/queries";
import type { Notification } from "../api/schema.gen";
import { useCompany, useMay } from "../api/session";
import { useWords } from "../i18n";
import { useLive } from "../live/hooks";
import { Button } from "../ui/button";
import { cx } from "../ui/cx";
import { Popover } from "../ui/popover";
import { ErrorBox, Skeleton } from "../ui/states";
import { useFormats, When } from "../ui/when";
import { noticeTarget } from "./notice-target";
import { useShellTexts } from "./texts";

const LOOK: Record<Notification["severity"], [LucideIcon, string]> = { info: [Info, "text-info-fg"], warning: [TriangleAlert, "text-warning-fg"], critical: [CircleAlert, "text-danger-fg"] };
const MANY = 99;

export function Bell() {
  const t = useShellTexts();
  const { count } = useFormats();
  const [open, setOpen] = useState(false);
  const unread = useLive<{ unread?: number }>("alerts")?.unread ?? 0;
  useEffect(() => refresh("notifications"), [unread]);
  const label = `${t("notices")}: ${t("noticesUnread", { count: unread })}`;
  return (
    <Popover
      label={t("notices")}
      open={open}
      onOpenChange={setOpen}
      trigger={
        <button type="button" className="control relative w-8 !px-0 text-muted hover:bg-sunken hover:text-fg" aria-label={label} title={label}>
          <BellIcon size={16} aria-hidden />
          {unread > 0 && <span aria-hidden className="absolute -top-0.5 -right-0.5 grid h-4 min-w-4 place-items-center rounded-full bg-danger px-1 text-[10px] font-semibold text-white tnum">{unread > MANY ? `${MANY}+` : count(unread)}</span>}
        </button>
      }
    >
      <Notices onGo={() => setOpen(false)} unread={unread} />
    </Popover>
  );
}

function Notices({ onGo, unread }: { onGo: () => void; unread: number }) {
  const t = useShellTexts();
  const say = useWords();
  const company = useCompany();
  const operator = useMay("operator");
  const list = useQuery({ queryKey: key("notifications", "newest"), staleTime: 0, queryFn: ({ signal }) => read(api.GET("/api/v1/notifications", { params: { query: { limit: 20 } }, signal })) });
  const readAll = useMutation({ mutationFn: () => read(api.POST("/api/v1/notifications/read-all")), onSuccess: () => refresh("notifications") });
  const readOne = useMutation({ mutationFn: (id: string) => read(api.POST("/api/v1/notifications/{notification_id}/read", { params: { path: { notification_id: id } } })), onSuccess: () => refresh("notifications") });
  const rows = list.data?.data;
  return (
    <div className="w-[min(380px,94vw)]">
      <div className="flex min-h-11 items-center justify-between gap-2 border-b border-line px-4"><h2 className="text-body">{t("notices")}</h2>{operator && unread > 0 && <Button kind="quiet" busy={readAll.isPending} onClick={() => readAll.mutate()}>{t("readAll")}</Button>}</div>
      <div className="max-h-[60dvh] overflow-y-auto">
        {list.error && <div className="p-3"><ErrorBox error={list.error} onRetry={() => void list.refetch()} /></div>}
        {!rows && !list.error && <Skeleton rows={3} onRetry={() => void list.refetch()} />}
        {rows?.length === 0 && <p className="p-4 text-center text-muted">{t("noNotices")}</p>}
        <ul className="divide-y divide-line">
          {rows?.map((one) => {
            const [Icon, tone] = LOOK[one.severity];
            const target = noticeTarget(one.kind, one.data as Record<string, unknown>);
            const inside = (
              <>
                <Icon size={16} aria-hidden className={cx("mt-0.5 shrink-0", tone)} />
                <span className="min-w-0 grow"><span className={cx("block", !one.read_at && "font-medium")}>{say(one.title) ?? one.kind}</span><span className="text-caption text-muted"><When at={one.created_at} />{!one.read_at && ` · ${t("unread")}`}</span></span>
              </>
            );
            const look = "flex w-full items-start gap-3 px-4 py-2.5 text-left text-table";
            return <li key={one.id}>{target ? <Link to={`/c/${company.id}/${target.path}` as string} search={target.search as never} onClick={() => { onGo(); if (operator && !one.read_at) readOne.mutate(one.id); }} className={cx(look, "hover:bg-sunken focus-visible:-outline-offset-2")}>{inside}</Link> : <div className={look}>{inside}</div>}</li>;
          })}
        </ul>
      </div>
    </div>
  );
}
