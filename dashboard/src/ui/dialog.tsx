import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useState, type ReactNode } from "react";
import { Button, IconButton } from "./button";
import { cx } from "./cx";
import { useGiveBack } from "./give-back";
import { useUiTexts } from "./texts";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  /** A decision: a click beside it or a slip must not close it. */
  firm?: boolean;
  /** It cannot be closed at all: what it asks for has to be done. */
  fixed?: boolean;
}

export function Dialog({ open, onOpenChange, title, description, children, footer, wide, firm, fixed }: Props) {
  const t = useUiTexts();
  const giveBack = useGiveBack();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="appear fixed inset-0 z-40 bg-[#0008]" />
        <Radix.Content
          {...giveBack}
          onInteractOutside={(event) => firm && event.preventDefault()}
          className={cx("appear fixed z-50 flex flex-col bg-raised shadow-float outline-none", "inset-0 sm:inset-auto sm:top-1/2 sm:left-1/2 sm:max-h-[min(88dvh,860px)] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-dialog sm:border sm:border-line", wide ? "sm:w-[min(960px,94vw)]" : "sm:w-[min(640px,94vw)]")}
        >
          <header className="flex items-start gap-4 border-b border-line px-6 py-4">
            <Radix.Title className="grow text-card">{title}</Radix.Title>
            {!fixed && <Radix.Close asChild><IconButton label={t("close")}><X size={16} /></IconButton></Radix.Close>}
          </header>
          <div className="min-h-0 grow overflow-y-auto px-6 py-4" tabIndex={-1}>
            <Radix.Description asChild><div className={cx("text-muted", !description && "sr-only", description && children ? "mb-4" : "")}>{description ?? title}</div></Radix.Description>
            {children}
          </div>
          {footer && <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-6 py-3">{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

interface ConfirmProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Verb, number and object: "Excluir o webhook Grapfy?" */
  title: string;
  /** Who or what is touched, what is not and why. */
  children?: ReactNode;
  action: string;
  onConfirm: () => void;
  busy?: boolean;
  danger?: boolean;
  /** Not yet, or not at all: the text says why. */
  disabled?: boolean;
  /** What has to be typed before it goes, where much depends on it. */
  typed?: string;
}

/** The question before something that cannot be taken back. The first focus is on "cancel". */
export function Confirm({ open, onOpenChange, title, children, action, onConfirm, busy = false, danger = false, disabled = false, typed }: ConfirmProps) {
  const t = useUiTexts();
  const giveBack = useGiveBack();
  const [text, setText] = useState("");
  const ready = !disabled && (!typed || text.trim() === typed);
  return (
    <Radix.Root open={open} onOpenChange={(next) => { setText(""); onOpenChange(next); }}>
      <Radix.Portal>
        <Radix.Overlay className="appear fixed inset-0 z-40 bg-[#0008]" />
        <Radix.Content {...giveBack} onInteractOutside={(event) => event.preventDefault()} className="appear fixed top-1/2 left-1/2 z-50 max-h-[90dvh] w-[min(480px,94vw)] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-dialog border border-line bg-raised p-6 shadow-float outline-none">
          <Radix.Title className="mb-2 text-card">{title}</Radix.Title>
          <Radix.Description asChild><div className="space-y-2 text-muted">{children ?? title}</div></Radix.Description>
          {typed && (
            <label className="mt-4 block space-y-1">
              <span className="text-table">{t("typeToConfirm", { word: typed })}</span>
              <input className="field" value={text} onChange={(event) => setText(event.target.value)} autoComplete="off" />
            </label>
          )}
          <div className="mt-6 flex flex-wrap justify-end gap-2">
            <Radix.Close asChild><Button>{t("cancel")}</Button></Radix.Close>
            <Button kind={danger ? "danger" : "primary"} busy={busy} disabled={!ready} onClick={onConfirm}>{action}</Button>
          </div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
