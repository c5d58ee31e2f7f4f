/** Settings: one address per section, so that each can be linked; who may not see a section is not shown its name. */
import { Link, Navigate, useParams } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { useMay, type Role } from "../../api/session";
import { cx } from "../../ui/cx";
import { PageHead } from "../../ui/page";
import { Audit } from "./audit";
import { CompanySettings } from "./company";
import { Keys } from "./keys";
import { Outgoing } from "./outgoing";
import { Profile } from "./profile";
import { useSettingsTexts } from "./texts";
import { Users } from "./users";

const SECTIONS = [
  { name: "company", role: "viewer", show: CompanySettings },
  { name: "users", role: "owner", show: Users },
  { name: "keys", role: "owner", show: Keys },
  { name: "outgoing", role: "viewer", show: Outgoing },
  { name: "audit", role: "owner", show: Audit },
  { name: "profile", role: "viewer", show: Profile },
] as const satisfies { name: string; role: Role; show: ComponentType }[];

export function Settings() {
  const t = useSettingsTexts();
  const { company, section } = useParams({ strict: false }) as { company: string; section?: string };
  const owner = useMay("owner");
  const sections = SECTIONS.filter((one) => owner || one.role !== "owner");
  const now = sections.find((one) => one.name === section);
  if (!now) return <Navigate to={`/c/${company}/settings/${sections[0]!.name}` as string} replace />;
  const Show = now.show;
  return (
    <>
      <PageHead title={t(now.name)} crumb={t("title")} />
      <div className="grid grid-cols-1 gap-4 lg:grid-cols-[180px_minmax(0,1fr)]">
        <nav aria-label={t("title")}>
          <ul className="flex gap-1 overflow-x-auto border-b border-line pb-1 lg:flex-col lg:border-0">
            {sections.map((one) => (
              <li key={one.name} className="shrink-0">
                <Link to={`/c/${company}/settings/${one.name}` as string} aria-current={one === now ? "page" : undefined} className={cx("flex h-9 items-center rounded-control px-3 text-table hover:bg-sunken pointer-coarse:h-11", one === now ? "bg-accent-soft font-medium text-accent-fg" : "text-muted")}>{t(one.name)}</Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="min-w-0 space-y-4"><Show /></div>
      </div>
    </>
  );
}
