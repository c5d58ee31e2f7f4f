/** Where a notification, or a found object, leads: only to pages that exist (`nav.ts`), else nowhere. */
import { PAGES } from "./nav";

export interface Target { path: string; search: Record<string, string> }

/** Pages that stand in no menu: one comes to them by a number, or by a search. */
const BESIDE = ["messages"];
const there = (path: string): boolean => [...PAGES.map((page) => page.path), ...BESIDE].includes(path.split("/")[0]!);
const only = (path: string, search: Record<string, string> = {}): Target | null => (there(path) ? { path, search } : null);

export function noticeTarget(kind: string, data: Record<string, unknown>): Target | null {
  const id = (name: string) => (typeof data[name] === "string" ? data[name] : undefined);
  if (kind === "outgoing_webhook_disabled") return only("settings/outgoing", id("outgoing_webhook_id") ? { webhook: id("outgoing_webhook_id")! } : {});
  if (kind.startsWith("campaign_")) return only(id("campaign_id") ? `campaigns/${id("campaign_id")}` : "campaigns");
  if (kind.startsWith("session_")) return only("sessions");
  if (kind.startsWith("alert")) return only("alerts");
  if (kind.startsWith("template_")) return only("templates");
  return null;
}

const FOUND: Record<string, (id: string) => string> = {
  event: (id) => `events/${id}`, campaign: (id) => `campaigns/${id}`, rule: (id) => `rules/${id}`, template: (id) => `templates/${id}`,
  contact: (id) => `contacts/${id}`, webhook: (id) => `webhooks/${id}`, session: () => "sessions",
};

/** Where a thing that the search found stands; null while its page does not exist. */
export function foundTarget(kind: string, id: string): Target | null {
  if (kind === "message") return only("messages", { message: id });
  const path = FOUND[kind]?.(id);
  return path ? only(path) : null;
}
