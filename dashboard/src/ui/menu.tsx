import { MoreHorizontal } from "lucide-react";
import type { ReactElement, ReactNode } from "react";
import { IconButton } from "./button";
import { parts, useOpener, type ItemProps, type MenuProps } from "./floating";
import { useUiTexts } from "./texts";

/** A menu; `modal={false}` because a modal one injects a style that the content policy blocks. */
export function Menu({ trigger, ...menu }: MenuProps & { trigger?: ReactElement }) {
  const t = useUiTexts();
  const opener = useOpener("menu", undefined);
  const button = trigger ?? <IconButton label={t("actions")}><MoreHorizontal size={16} /></IconButton>;
  if (!opener.ready) return opener.face(button);
  const { OpenMenu } = parts();
  return <OpenMenu trigger={button} byKey={opener.byKey} {...menu} />;
}

/** An entry; like what follows it stands in an open menu, where what draws it is there. */
export function MenuItem(item: ItemProps) {
  const { Item } = parts();
  return <Item {...item} />;
}

export function MenuLabel({ children }: { children: ReactNode }) {
  const { Label } = parts();
  return <Label>{children}</Label>;
}

export function MenuLine() {
  const { Line } = parts();
  return <Line />;
}
