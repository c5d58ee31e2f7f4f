import { MoreHorizontal } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";
import { IconButton } from "./button";
import { cx } from "./cx";
import { useUiTexts } from "./texts";

/** A menu; `modal={false}` because a modal one injects a style that the content policy blocks. */
export function Menu({ trigger, children, align = "end" }: { trigger?: ReactNode; children: ReactNode; align?: "start" | "end" }) {
  const t = useUiTexts();
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger ?? <IconButton label={t("actions")}><MoreHorizontal size={16} /></IconButton>}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align={align} sideOffset={4} className="appear z-50 min-w-44 rounded-control border border-line bg-raised p-1 shadow-float">
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function MenuItem({ icon, danger, children, onSelect, checked }: { icon?: ReactNode; danger?: boolean; children: ReactNode; onSelect: () => void; checked?: boolean }) {
  const names = cx("flex h-8 items-center gap-2 rounded px-2 text-table outline-none select-none data-[highlighted]:bg-sunken pointer-coarse:h-11", danger && "text-danger-fg");
  if (checked !== undefined)
    return <DropdownMenu.CheckboxItem checked={checked} onSelect={onSelect} className={cx(names, checked && "font-semibold text-accent-fg")}>{icon}{children}</DropdownMenu.CheckboxItem>;
  return <DropdownMenu.Item onSelect={onSelect} className={names}>{icon}{children}</DropdownMenu.Item>;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="px-2 py-1 text-caption text-faint">{children}</DropdownMenu.Label>;
}

export function MenuLine() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}
