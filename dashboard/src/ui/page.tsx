import type { ReactNode } from "react";
import { createContext, useContext, useEffect } from "react";
import { cx } from "./cx";

/** Whose pages these are; it stands in the document's title, where several tabs are told apart. */
export const Place = createContext("");

/** A page's head: what it is, how many, what one can do. It sets the document's title. */
export function PageHead({ title, count, children, crumb }: { title: string; count?: string; children?: ReactNode; crumb?: ReactNode }) {
  const place = useContext(Place);
  useEffect(() => {
    document.title = `${title}${place && ` · ${place}`} — Master IA`;
  }, [title, place]);
  return (
    <header className="flex min-h-14 flex-wrap items-center gap-x-4 gap-y-2 py-2">
      <div className="min-w-0 grow">
        {crumb && <div className="text-caption text-muted">{crumb}</div>}
        <h1 className="truncate text-page" id="page-title">{title}{count && <span className="ml-2 text-body font-normal text-faint tnum">{count}</span>}</h1>
      </div>
      {children}
    </header>
  );
}

export function Card({ title, aside, children, className }: { title?: string; aside?: ReactNode; children: ReactNode; className?: string }) {
  return (
    <section aria-label={title} className={cx("card flex min-w-0 flex-col", className)}>
      {title && <div className="flex min-h-11 items-center justify-between gap-3 px-4 pt-2"><h2 className="text-body">{title}</h2>{aside}</div>}
      <div className="grow p-4 pt-2">{children}</div>
    </section>
  );
}

export function Field({ label, error, hint, children }: { label: string; error?: string; hint?: string; children: ReactNode }) {
  return (
    <label className="block space-y-1">
      <span className="text-table font-medium">{label}</span>
      {children}
      {hint && !error && <span className="block text-caption text-muted">{hint}</span>}
      {error && <span role="alert" className="block text-caption text-danger-fg">{error}</span>}
    </label>
  );
}

/** Facts as a list of names and values. */
export function Facts({ rows }: { rows: [string, ReactNode][] }) {
  return (
    <dl className="grid grid-cols-[minmax(96px,auto)_1fr] gap-x-4 gap-y-2 text-table">
      {rows.map(([name, value]) => [<dt key={name} className="text-muted">{name}</dt>, <dd key={`${name} value`} className="min-w-0 break-words">{value ?? "—"}</dd>])}
    </dl>
  );
}
