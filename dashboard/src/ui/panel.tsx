/** A detail over its list: 560 wide on the right, the whole screen on a phone. Its state lives in the URL of the page. */
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { IconButton } from "./button";
import { useGiveBack } from "./give-back";
import { useUiTexts } from "./texts";

interface Props { title: ReactNode; onClose: () => void; actions?: ReactNode; children: ReactNode; footer?: ReactNode }

export function Panel({ title, onClose, actions, children, footer }: Props) {
  const t = useUiTexts();
  const giveBack = useGiveBack();
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="appear fixed inset-0 z-40 bg-[#0004]" />
        <Radix.Content {...giveBack} aria-describedby={undefined} className="appear fixed inset-y-0 right-0 z-50 flex w-full flex-col border-l border-line bg-raised shadow-float outline-none sm:w-[min(560px,94vw)]">
          <header className="flex min-h-14 items-center gap-2 border-b border-line px-4 py-2">
            <Radix.Title className="min-w-0 grow truncate text-card">{title}</Radix.Title>
            {actions}
            <Radix.Close asChild><IconButton label={t("close")}><X size={16} /></IconButton></Radix.Close>
          </header>
          <div className="min-h-0 grow overflow-y-auto p-4" tabIndex={-1}>{children}</div>
          {footer && <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-4 py-3 pb-[max(12px,env(safe-area-inset-bottom))]">{footer}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
