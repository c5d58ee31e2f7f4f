/** One number: whether it sends, how much more it may, what waits for it and why. */
import { useMutation } from "@tanstack/react-query";
import { Pause, Play, QrCode, Send } from "lucide-react";
import { useContext } from "react";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import type { SessionWithUsage } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { phone } from "../../lib/phone";
import { duration } from "../../lib/time";
import { Button } from "../../ui/button";
import { Menu, MenuItem, MenuLine } from "../../ui/menu";
import { useErrorText } from "../../ui/states";
import { Chip, type Tone } from "../../ui/status";
import { toast } from "../../ui/toasts";
import { Now, useFormats, When } from "../../ui/when";
import { Budgets, HoldsOf, type LiveSession } from "./facts";
import { healthOf, HEALTH_TONES, silentSince } from "./health";
import { useSessionTexts } from "./texts";

export type Asked = "pause" | "limits" | "test" | "remove" | "unlink" | "token" | "pair";

const SENT = ["accepted", "sent", "delivered", "read"];
const QUALITY: Record<string, Tone> = { GREEN: "success", YELLOW: "warning", RED: "danger" };
const QUALITY_WORDS = { GREEN: "qualityGreen", YELLOW: "qualityYellow", RED: "qualityRed" } as const;
const TRANSPORTS = { cloud: "cloud", web: "web", simulator: "simulator" } as const;
const HEALTHS = { sending: "sending", paused: "paused", stopped: "stopped", connecting: "connecting", unpaired: "unpaired", banned: "banned", away: "away" } as const;

/** "TIER_2K" is 2K people a day, said as such. */
export const tierName = (tier: string) => tier.replace(/^TIER_/, "");

export function SessionCard({ session, live, onAsk }: { session: SessionWithUsage; live: LiveSession | undefined; onAsk: (what: Asked, session: SessionWithUsage) => void }) {
  const t = useSessionTexts();
  const say = useWords();
  const words = useErrorText();
  const formats = useFormats();
  const now = useContext(Now) || Date.now();
  const owner = useMay("owner");
  const operator = useMay("operator");
  const path = { params: { path: { session_id: session.id } } };
  const resume = useMutation({
    mutationFn: () => read(api.POST("/api/v1/sessions/{session_id}/resume", path)),
    onSuccess: () => { toast(t("resumed", { name: session.name })); refresh("sessions", "holds", "queue"); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  const check = useMutation({
    mutationFn: () => read(api.POST("/api/v1/sessions/{session_id}/check", path)),
    onSuccess: (told) => {
      const [problem] = told.problems;
      toast(problem ? say(problem.reason_text) ?? problem.reason : t(told.asked ? "checkFine" : "checkNotAsked"), { bad: Boolean(problem) });
      refresh("sessions");
    },
    onError: (error) => toast(words(error), { bad: true }),
  });
  const health = healthOf(session);
  const { usage } = session;
  const silent = silentSince(health, live?.queue, usage.last_accepted_at, now);
  const today = live ? SENT.reduce((sum, status) => sum + (live.today?.[status] ?? 0), 0) : null;
  const why = say(session.reason_text) ?? session.reason ?? (usage.link && health !== "sending" ? say(usage.link.reason_text) ?? usage.link.reason : null);
  return (
    <li className="card flex min-w-0 flex-col gap-3 p-4" data-session={session.id} aria-label={session.name}>
      <div className="flex items-start justify-between gap-3">
        <div className="min-w-0">
          <h2 className="text-card break-words">{session.name}</h2>
          <p className="text-caption text-muted"><span className="whitespace-nowrap">{t(TRANSPORTS[session.transport])}</span>{session.phone && <span className="whitespace-nowrap">{` · ${phone(session.phone)}`}</span>}</p>
        </div>
        <Chip tone={HEALTH_TONES[health]}>{t(HEALTHS[health])}</Chip>
      </div>
      {(why || session.resume_at || usage.link?.until) && health !== "sending" && (
        <p className="text-table text-muted" title={session.reason ?? undefined}>{why}{session.resume_at && <>{` ${t("resumesAt")} `}<When at={session.resume_at} exact="minute" /></>}{!session.resume_at && usage.link?.until && <>{` ${t("until")} `}<When at={usage.link.until} exact="minute" /></>}</p>
      )}
      {silent !== null && <p role="status" className="rounded-control bg-warning-soft px-3 py-2 text-table text-warning-fg">{t("silent", { age: duration(now - silent) })}</p>}
      {session.notice && <p className="rounded-control bg-warning-soft px-3 py-2 text-table text-warning-fg">{say(session.notice.text) ?? session.notice.code} <When at={session.notice.at} /></p>}
      <dl className="grid grid-cols-2 gap-x-4 gap-y-1 text-table">
        <Fact name={t("lastAccepted")}><When at={usage.last_accepted_at} /></Fact>
        <Fact name={t("today")}>{formats.count(today)}</Fact>
        <Fact name={t("rate")}>{live ? t("perSecond", { n: formats.rate(live.accepted_s ?? 0) }) : "—"}</Fact>
        <Fact name={t("waiting")}>{live?.queue ? formats.count(live.queue.depth + live.queue.held) : "—"}</Fact>
        {session.transport !== "web" && <Fact name={t("throughput")}>{t("perSecond", { n: formats.count(session.throughput) })}</Fact>}
        {session.transport !== "web" && <Fact name={t("tier")}>{session.tier === "TIER_UNLIMITED" ? t("unlimited") : t("peopleDay", { n: tierName(session.tier) })}</Fact>}
        {session.quality && session.quality !== "UNKNOWN" && <Fact name={t("quality")}><Chip tone={QUALITY[session.quality] ?? "neutral"}>{t(QUALITY_WORDS[session.quality as "GREEN"] ?? "qualityGreen")}</Chip></Fact>}
      </dl>
      <Budgets session={session} />
      <HoldsOf sessionId={session.id} />
      {operator && (
        <div className="mt-auto flex flex-wrap items-center gap-2 pt-1">
          {session.transport === "web" && health === "unpaired" && <Button kind="primary" icon={<QrCode size={14} aria-hidden />} onClick={() => onAsk("pair", session)}>{t("reconnect")}</Button>}
          {session.state === "active"
            ? <Button icon={<Pause size={14} aria-hidden />} onClick={() => onAsk("pause", session)}>{t("pause")}</Button>
            : <Button kind="primary" icon={<Play size={14} aria-hidden />} busy={resume.isPending} onClick={() => resume.mutate()}>{t("resume")}</Button>}
          {health === "sending" && <Button icon={<Send size={14} aria-hidden />} onClick={() => onAsk("test", session)}>{t("test")}</Button>}
          <span className="grow" />
          <Menu>
            {owner && <MenuItem onSelect={() => onAsk("limits", session)}>{t("limits")}</MenuItem>}
            {session.transport === "web" ? <MenuItem onSelect={() => onAsk("pair", session)}>{t("connection")}</MenuItem> : <MenuItem onSelect={() => check.mutate()}>{t("check")}</MenuItem>}
            {owner && session.transport !== "web" && <MenuItem onSelect={() => onAsk("token", session)}>{t("changeToken")}</MenuItem>}
            {owner && <MenuLine />}
            {owner && session.transport === "web" && <MenuItem danger onSelect={() => onAsk("unlink", session)}>{t("unlink")}</MenuItem>}
            {owner && <MenuItem danger onSelect={() => onAsk("remove", session)}>{t("remove")}</MenuItem>}
          </Menu>
        </div>
      )}
    </li>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return <div className="min-w-0"><dt className="text-caption text-muted">{name}</dt><dd className="truncate tnum">{children}</dd></div>;
}
