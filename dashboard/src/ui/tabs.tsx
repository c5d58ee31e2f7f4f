import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

export function Tabs({ value, onChange, tabs, label }: { value: string; onChange: (value: string) => void; tabs: { value: string; title: string; content: ReactNode }[]; label: string }) {
  return (
    <Radix.Root value={value} onValueChange={onChange} className="min-w-0">
      <Radix.List aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line">
        {tabs.map((tab) => (
          <Radix.Trigger key={tab.value} value={tab.value} className="h-10 shrink-0 border-b-2 border-transparent px-3 text-table text-muted hover:text-fg focus-visible:-outline-offset-2 data-[state=active]:border-accent data-[state=active]:font-medium data-[state=active]:text-fg">{tab.title}</Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => <Radix.Content key={tab.value} value={tab.value} className="py-4">{tab.content}</Radix.Content>)}
    </Radix.Root>
  );
}
