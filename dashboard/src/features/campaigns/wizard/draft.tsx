/** The draft at hand: what is stored, what was changed since, and what the API has against it. */
import { createContext, use, useEffect, useId, useState, useSyncExternalStore, type ReactNode } from "react";
import { api, read } from "../../../api/client";
import { key, queries, refresh } from "../../../api/queries";
import type { Campaign } from "../../../api/schema.gen";
import { belongs, useFieldReason, type InputProps } from "../../../ui/form";
import { cx } from "../../../ui/cx";
import { DraftSaver, type Definition, type Patch } from "./saver";

interface Draft { id: string; campaign: Campaign; values: Definition; change: (patch: Patch) => void; saver: DraftSaver }

const Present = createContext<Draft | null>(null);

export function useDraft(): Draft {
  const draft = use(Present);
  if (!draft) throw new Error("no draft is open");
  return draft;
}

export function useSaver(id: string): DraftSaver {
  const [saver] = useState(() => new DraftSaver(
    (patch) => read(api.PATCH("/api/v1/campaigns/{campaign_id}", { params: { path: { campaign_id: id } }, body: patch as never })),
    (campaign) => queries.setQueryData(key("campaigns", "one", id), campaign),
  ));
  useSyncExternalStore(saver.subscribe, () => saver.version);
  useEffect(() => {
    const hidden = () => { if (document.visibilityState === "hidden") void saver.flush(); };
    document.addEventListener("visibilitychange", hidden);
    return () => {
      document.removeEventListener("visibilitychange", hidden);
      void saver.flush().then(() => refresh("campaigns"));
    };
  }, [saver]);
  return saver;
}

export function DraftOf({ campaign, saver, children }: { campaign: Campaign; saver: DraftSaver; children: ReactNode }) {
  const { name, audience, variants, variables, sessions, schedule, quiet_hours } = campaign;
  const values = Object.fromEntries(Object.entries({ name, audience, variants, variables, sessions, schedule, quiet_hours, ...saver.pending }).map(([part, value]) => [part, value ?? undefined])) as Definition;
  return <Present value={{ id: campaign.id, campaign, values, saver, change: (patch) => saver.change(patch) }}>{children}</Present>;
}

/** What the API said about a part of the draft, in words. */
export function useWrong(name: string): string[] {
  const { saver } = useDraft();
  const reason = useFieldReason();
  return saver.errors.filter((one) => belongs(one.field, name)).map((one) => reason(one));
}

/** A label, an input, its hint and what the API has against it; nothing moves the focus while somebody types elsewhere. */
export function Labelled({ name, label, hint, className, children }: { name: string; label: string; hint?: ReactNode; className?: string; children: (props: InputProps) => ReactNode }) {
  const id = useId();
  const wrong = useWrong(name);
  const noted = wrong.length > 0 || hint !== undefined;
  return (
    <div data-field={name} className={cx("min-w-0 space-y-1", className)}>
      <label htmlFor={id} className="block text-table font-medium">{label}</label>
      {children({ id, "aria-invalid": wrong.length ? true : undefined, "aria-describedby": noted ? `${id}-note` : undefined })}
      {noted && <div id={`${id}-note`} role={wrong.length ? "alert" : undefined} className={cx("text-caption", wrong.length ? "text-danger-fg" : "text-muted")}>{wrong.length ? wrong.map((one) => <p key={one}>{one}</p>) : hint}</div>}
    </div>
  );
}

/** What the API has against a part that is no single input. */
export function Wrong({ name }: { name: string }) {
  const wrong = useWrong(name);
  return wrong.length ? <div role="alert" className="text-caption text-danger-fg">{wrong.map((one) => <p key={one}>{one}</p>)}</div> : null;
}
