/** Pages of the navigation, in their groups. A page is here once it exists: no link leads to nothing. */
import { Activity, LayoutDashboard, Settings, Users, type LucideIcon } from "lucide-react";

export type Group = "now" | "automation" | "sending" | "channels" | "data" | "account";
export type PageName = "overview" | "events" | "queue" | "contacts" | "webhooks" | "sessions" | "settings";

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
  { name: "contacts", group: "sending", path: "contacts", icon: Users, letter: "t" },
  { name: "settings", group: "account", path: "settings", icon: Settings, letter: "s" },
];
