/** The pages in their groups, as the sidebar and a phone's sheet show them. */
import { Link, useParams, useRouterState } from "@tanstack/react-router";
import { cx } from "../ui/cx";
import { PAGES, type Group } from "./nav";
import { useShellTexts } from "./texts";

const GROUPS: Group[] = ["now", "automation", "sending", "channels", "data", "account"];

export function Links({ narrow, onGo }: { narrow: boolean; onGo?: () => void }) {
  const t = useShellTexts();
  const current = useCurrentPath();
  const { company } = useParams({ strict: false }) as { company: string };
  return GROUPS.map((group) => {
    const pages = PAGES.filter((page) => page.group === group);
    if (!pages.length) return null;
    return (
      <div key={group} className="mt-3">
        <p className={cx("px-2 pb-1 text-caption text-faint", narrow && "sr-only")}>{t(group)}</p>
        <ul>
          {pages.map(({ name, path, icon: Icon }) => (
            <li key={name}>
              <Link to={`/c/${company}${path && `/${path}`}` as string} onClick={onGo} aria-current={current === path ? "page" : undefined} title={narrow ? t(name) : undefined} className={cx("flex h-9 items-center gap-3 rounded-control px-2.5 text-table hover:bg-sunken pointer-coarse:h-11", current === path ? "bg-accent-soft font-medium text-accent-fg" : "text-muted hover:text-fg")}>
                <Icon size={18} strokeWidth={1.75} aria-hidden className="shrink-0" />
                <span className={narrow ? "sr-only" : "truncate"}>{t(name)}</span>
              </Link>
            </li>
          ))}
        </ul>
      </div>
    );
  });
}

export function useCurrentPath(): string {
  return useRouterState({ select: (state) => state.location.pathname.split("/")[3] ?? "" });
}
