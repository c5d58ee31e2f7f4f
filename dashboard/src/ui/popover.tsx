import { Popover as Radix } from "radix-ui";
import type { ReactNode } from "react";

export function Popover({ trigger, children, label, align = "end", open, onOpenChange }: { trigger: ReactNode; children: ReactNode; label: string; align?: "start" | "end"; open?: boolean; onOpenChange?: (open: boolean) => void }) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content aria-label={label} align={align} sideOffset={6} collisionPadding={8} className="appear z-50 max-w-[calc(100vw-16px)] rounded-control border border-line bg-raised shadow-float outline-none">
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
