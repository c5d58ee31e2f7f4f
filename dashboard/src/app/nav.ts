/** Pages of the navigation, in their groups. A page is here once it exists: no link leads to nothing. */
import { Activity, LayoutDashboard, Settings, Users, Megaphone, type LucideIcon } from "lucide-react";
import { ListOrdered, Smartphone, Webhook } from "lucide-react";

export type Group = "now" | "automation" | "sending" | "channels" | "data" | "account";
export type PageName = "overview" | "events" | "queue" | "contacts" | "webhooks" | "sessions" | "settings" | "campaigns";

export interface Page {
  name: PageName;
  group: Group;
  path: string;
  icon: LucideIcon;
  /** Behind `g`. */
  letter: string;
}

export const PAGES: Page[] = [
  { name: "overview", group: "now", path: "", icon: LayoutDashboard, letter: "o" },
  { name: "campaigns", group: "sending", path: "campaigns", icon: Megaphone, letter: "c" },
  { name: "events", group: "now", path: "events", icon: Activity, letter: "e" },
  { name: "queue", group: "now", path: "queue", icon: ListOrdered, letter: "q" },
  { name: "contacts", group: "sending", path: "contacts", icon: Users, letter: "t" },
  { name: "sessions", group: "channels", path: "sessions", icon: Smartphone, letter: "n" },
  { name: "webhooks", group: "channels", path: "webhooks", icon: Webhook, letter: "w" },
  { name: "settings", group: "account", path: "settings", icon: Settings, letter: "s" },
];
