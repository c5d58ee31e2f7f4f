/** A confirm that counts: how many are touched, how many are left out and why, and the number to type where it is large. */
import type { ReactNode } from "react";
import { Confirm } from "./dialog";
import { useUiTexts } from "./texts";
import { useFormats } from "./when";

/** From here on the number has to be typed. */
export const TYPED_FROM = 1_000;

/** What has to be typed: the number itself where many are touched or a safeguard is overridden, else nothing. */
export function typedNumber(n: number, forced = false): string | undefined {
  return n > TYPED_FROM || forced ? String(n) : undefined;
}

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Verb, number and object: "Reenviar 97 de 124 falhas?" */
  title: string;
  /** The verb alone; the number is written behind it. */
  verb: string;
  n: number;
  /** Who is left out, by reason in words. */
  skipped?: { key: string; words: string; n: number }[];
  /** When, how long, at what cost. */
  children?: ReactNode;
  onConfirm: () => void;
  busy?: boolean;
  danger?: boolean;
  forced?: boolean;
}

export function CountConfirm({ open, onOpenChange, title, verb, n, skipped = [], children, onConfirm, busy, danger, forced }: Props) {
  const t = useUiTexts();
  const { count } = useFormats();
  const out = skipped.filter((one) => one.n > 0);
  const total = out.reduce((sum, one) => sum + one.n, 0);
  return (
    <Confirm open={open} onOpenChange={onOpenChange} title={title} action={`${verb} ${count(n)}`} onConfirm={onConfirm} busy={busy} danger={danger} disabled={n === 0} typed={typedNumber(n, forced)}>
      {children}
      {total > 0 && (
        <div>
          <p>{t("leftOut", { count: total })}</p>
          <ul className="mt-1 list-disc pl-5">{out.map((one) => <li key={one.key}><span className="tnum">{count(one.n)}</span>{` ${one.words}`}</li>)}</ul>
        </div>
      )}
    </Confirm>
  );
}
