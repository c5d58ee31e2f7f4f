import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { cx } from "./cx";

type Kind = "primary" | "plain" | "quiet" | "danger";

const KINDS: Record<Kind, string> = {
  primary: "bg-accent text-white hover:brightness-110",
  danger: "bg-danger text-white hover:brightness-110",
  plain: "border border-line-strong bg-surface hover:bg-sunken",
  quiet: "hover:bg-sunken text-muted hover:text-fg",
};

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: Kind;
  busy?: boolean;
  icon?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

/** A button; while its action runs it says so and takes no second click. */
export function Button({ kind = "plain", busy = false, icon, className, children, onClick, ref, ...rest }: Props) {
  return (
    <button ref={ref} type="button" {...rest} aria-busy={busy || undefined} aria-disabled={busy || rest["aria-disabled"]} onClick={busy ? undefined : onClick} className={cx("control", KINDS[kind], busy && "opacity-70", "disabled:opacity-60", className)}>
      {icon}
      {children}
    </button>
  );
}

/** A square button that shows an icon alone; its name is heard and stands in the tooltip. */
export function IconButton({ label, className, kind = "quiet", ref, ...rest }: Props & { label: string }) {
  return <Button ref={ref} {...rest} kind={kind} aria-label={label} title={label} className={cx("w-8 !px-0", className)} />;
}
