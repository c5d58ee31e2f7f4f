/** Pages of the navigation, in their groups. A page is here once it exists: no link leads to nothing. */
import {
  Activity, Bell, Bot, CalendarSync, ChartLine, Download, LayoutDashboard, ListOrdered, Megaphone, MessagesSquare, QrCode, ScrollText, Settings,
  Smartphone, Users, Webhook, Workflow, type LucideIcon,
} from "lucide-react";

export type Group = "now" | "automation" | "sending" | "channels" | "data" | "account";
export type PageName =
  | "overview" | "events" | "queue" | "conversations" | "contacts" | "webhooks" | "sessions" | "settings" | "campaigns"
  | "rules" | "pix" | "templates" | "ai" | "analytics" | "history" | "exports" | "alerts";

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
  { name: "events", group: "now", path: "events", icon: Activity, letter: "e" },
  { name: "queue", group: "now", path: "queue", icon: ListOrdered, letter: "q" },
  { name: "conversations", group: "now", path: "conversations", icon: MessagesSquare, letter: "i" },
  { name: "rules", group: "automation", path: "rules", icon: Workflow, letter: "r" },
  { name: "pix", group: "automation", path: "pix", icon: QrCode, letter: "p" },
  { name: "templates", group: "automation", path: "templates", icon: ScrollText, letter: "m" },
  { name: "ai", group: "automation", path: "ai", icon: Bot, letter: "b" },
  { name: "campaigns", group: "sending", path: "campaigns", icon: Megaphone, letter: "c" },
  { name: "contacts", group: "sending", path: "contacts", icon: Users, letter: "t" },
  { name: "sessions", group: "channels", path: "sessions", icon: Smartphone, letter: "n" },
  { name: "webhooks", group: "channels", path: "webhooks", icon: Webhook, letter: "w" },
  { name: "settings", group: "account", path: "settings", icon: Settings, letter: "s" },
  { name: "analytics", group: "data", path: "analytics", icon: ChartLine, letter: "a" },
  { name: "history", group: "data", path: "history", icon: CalendarSync, letter: "h" },
  { name: "exports", group: "data", path: "exports", icon: Download, letter: "x" },
  { name: "alerts", group: "data", path: "alerts", icon: Bell, letter: "l" },
];
