/** An alert as its form holds it, to and from the API; and what its number is called. Pure. */
import type { Alert, AlertInput } from "../../api/schema.gen";

export const METRICS = ["failure_rate", "silence", "queue_age", "dead_letters", "uncertain", "session_down", "latency_p99"] as const;
export type Metric = (typeof METRICS)[number];
type Unit = "share" | "minutes" | "seconds" | "count" | "ms";
/** As engine/alerts.py: the unit, whether it looks at a window, and what may narrow it. */
export const ABOUT: Record<Metric, { unit: Unit; windowed: boolean; by: "sessions" | "sources" | null; usual: string }> = {
  failure_rate: { unit: "share", windowed: true, by: "sessions", usual: "10" },
  silence: { unit: "minutes", windowed: false, by: "sources", usual: "60" },
  queue_age: { unit: "seconds", windowed: false, by: "sessions", usual: "300" },
  dead_letters: { unit: "count", windowed: true, by: "sessions", usual: "10" },
  uncertain: { unit: "count", windowed: true, by: "sessions", usual: "5" },
  session_down: { unit: "count", windowed: false, by: "sessions", usual: "1" },
  latency_p99: { unit: "ms", windowed: true, by: "sessions", usual: "5000" },
};

export interface Draft {
  name: string;
  metric: Metric;
  /** As typed: a share in per cent. */
  threshold: string;
  window_min: string;
  sessions: string[];
  sources: string;
  quiet: boolean;
  from: string;
  to: string;
  app: boolean;
  webhook: boolean;
  whatsapp: boolean;
  session_id: string;
  phone: string;
  template: string;
  active: boolean;
}

export const FRESH: Draft = { name: "", metric: "failure_rate", threshold: "10", window_min: "10", sessions: [], sources: "", quiet: false, from: "22:00", to: "07:00", app: true, webhook: false, whatsapp: false, session_id: "", phone: "", template: "", active: true };

/** A number as it was typed; what is none is left to the API to refuse. */
export function number(text: string): number | string {
  const plain = text.trim().replace(",", ".");
  const n = Number(plain);
  return plain === "" || !Number.isFinite(n) ? text : n;
}

export function toInput(draft: Draft): AlertInput {
  const { unit, windowed, by } = ABOUT[draft.metric];
  const threshold = number(draft.threshold);
  const minutes = number(draft.window_min);
  const sources = draft.sources.split(",").map((one) => one.trim()).filter(Boolean);
  const scope = by === "sessions" && draft.sessions.length ? { session_ids: draft.sessions } : by === "sources" && sources.length ? { sources } : {};
  return {
    name: draft.name.trim(),
    metric: draft.metric,
    threshold: (unit === "share" && typeof threshold === "number" ? Math.round(threshold * 1e6) / 1e8 : threshold) as number,
    ...(windowed ? { window_s: (typeof minutes === "number" ? Math.round(minutes * 60) : minutes) as number } : { window_s: 600 }),
    scope,
    quiet: draft.quiet ? { from: draft.from, to: draft.to } : null,
    channels: {
      app: draft.app,
      webhook: draft.webhook,
      whatsapp: draft.whatsapp ? { session_id: draft.session_id, to: draft.phone.trim(), template: draft.template.trim() ? { name: draft.template.trim() } : null } : null,
    },
    active: draft.active,
  };
}

export function fromAlert(alert: Alert): Draft {
  const share = ABOUT[alert.metric].unit === "share";
  const whatsapp = alert.channels.whatsapp ?? null;
  return {
    name: alert.name, metric: alert.metric, threshold: String(share ? Math.round(alert.threshold * 1e6) / 1e4 : alert.threshold), window_min: String(alert.window_s / 60),
    sessions: alert.scope.session_ids ?? [], sources: (alert.scope.sources ?? []).join(", "), quiet: alert.quiet !== null, from: alert.quiet?.from ?? FRESH.from, to: alert.quiet?.to ?? FRESH.to,
    app: alert.channels.app ?? false, webhook: alert.channels.webhook ?? false, whatsapp: whatsapp !== null, session_id: whatsapp?.session_id ?? "", phone: whatsapp?.to ?? "", template: whatsapp?.template?.name ?? "", active: alert.active,
  };
}

/** Whether there is enough of it to be tried on the past. */
export function ready(draft: Draft): boolean {
  const n = number(draft.threshold);
  return typeof n === "number" && n > 0 && (!ABOUT[draft.metric].windowed || typeof number(draft.window_min) === "number");
}
