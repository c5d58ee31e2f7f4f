/** How a number is, in one word, out of what the API and the live feed tell of it. */
import type { SessionWithUsage } from "../../api/schema.gen";
import type { Tone } from "../../ui/status";

export type Health = "sending" | "paused" | "stopped" | "connecting" | "unpaired" | "banned" | "away";

const LINKS: Record<string, Health> = { connected: "sending", connecting: "connecting", waiting: "connecting", pairing: "unpaired", unpaired: "unpaired", new: "unpaired", logged_out: "unpaired", banned: "banned", stopped: "away", another_owner: "away", unavailable: "away" };
export const HEALTH_TONES: Record<Health, Tone> = { sending: "success", paused: "warning", stopped: "danger", connecting: "info", unpaired: "danger", banned: "danger", away: "warning" };

export function healthOf(session: Pick<SessionWithUsage, "state"> & { usage: { link: { state: string } | null } }): Health {
  if (session.state === "paused") return "paused";
  if (session.state === "stopped") return "stopped";
  return session.usage.link ? LINKS[session.usage.link.state] ?? "away" : "sending";
}

export const SILENT_MS = 5 * 60_000;

/** Connected, with messages due, and yet nothing was accepted for a while: since when; null where all is well. */
export function silentSince(health: Health, waiting: { depth?: number; oldest_s?: number } | undefined, lastAcceptedAt: string | null, now: number): number | null {
  if (health !== "sending" || !waiting?.depth || (waiting.oldest_s ?? 0) * 1000 < SILENT_MS) return null;
  if (lastAcceptedAt === null) return now - (waiting.oldest_s ?? 0) * 1000;
  const at = Date.parse(lastAcceptedAt);
  return now - at >= SILENT_MS ? at : null;
}
