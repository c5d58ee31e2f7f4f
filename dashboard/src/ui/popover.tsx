import { parts, useOpener, type PopoverProps } from "./floating";

export function Popover(popover: PopoverProps) {
  const opener = useOpener("dialog", popover.open, () => popover.onOpenChange?.(true));
  if (!opener.ready) return opener.face(popover.trigger);
  const { OpenPopover } = parts();
  return <OpenPopover {...popover} />;
}
