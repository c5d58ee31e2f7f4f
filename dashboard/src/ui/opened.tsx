/** Menus and popovers once they are open: Radix, which the first page does without (ui/floating.ts loads it). */
import { DropdownMenu, Popover as Radix } from "radix-ui";
import { useEffect, useRef, type ReactElement, type ReactNode, type RefObject } from "react";
import { cx } from "./cx";
import type { ItemProps, MenuProps, PopoverProps } from "./floating";

export function OpenMenu({ trigger, children, align = "end", byKey }: MenuProps & { trigger: ReactElement; byKey: boolean }) {
  const seen = useRef(!byKey);
  return (
    <DropdownMenu.Root modal={false} defaultOpen>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content align={align} sideOffset={4} className="appear z-50 min-w-44 rounded-control border border-line bg-raised p-1 shadow-float">
          {children}
          <First seen={seen} />
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** Who opened the menu by a key stands on its first entry; the first time Radix was not there yet to see the key. */
function First({ seen }: { seen: RefObject<boolean> }) {
  const place = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (seen.current) return undefined;
    seen.current = true;
    // After Radix has put the focus on the menu itself.
    const frame = requestAnimationFrame(() => place.current?.parentElement?.querySelector<HTMLElement>("[role^=menuitem]")?.focus());
    return () => cancelAnimationFrame(frame);
  }, [seen]);
  return <span ref={place} hidden />;
}

export function Item({ icon, danger, children, onSelect, checked }: ItemProps) {
  const names = cx("flex h-8 items-center gap-2 rounded px-2 text-table outline-none select-none data-[highlighted]:bg-sunken pointer-coarse:h-11", danger && "text-danger-fg");
  if (checked !== undefined)
    return <DropdownMenu.CheckboxItem checked={checked} onSelect={onSelect} className={cx(names, checked && "font-semibold text-accent-fg")}>{icon}{children}</DropdownMenu.CheckboxItem>;
  return <DropdownMenu.Item onSelect={onSelect} className={names}>{icon}{children}</DropdownMenu.Item>;
}

export function Label({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="px-2 py-1 text-caption text-faint">{children}</DropdownMenu.Label>;
}

export function Line() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}

/** With `open` it is its owner's, else its own and open from the start. */
export function OpenPopover({ trigger, children, label, align = "end", open, onOpenChange }: PopoverProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange} defaultOpen>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content aria-label={label} align={align} sideOffset={6} collisionPadding={8} className="appear z-50 max-w-[calc(100vw-16px)] rounded-control border border-line bg-raised shadow-float outline-none">
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
