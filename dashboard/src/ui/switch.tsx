import { Switch as Radix } from "radix-ui";

export function Switch({ checked, onChange, label, disabled }: { checked: boolean; onChange: (on: boolean) => void; label: string; disabled?: boolean }) {
  return (
    <Radix.Root checked={checked} onCheckedChange={onChange} aria-label={label} disabled={disabled} className="relative h-6 w-10 shrink-0 rounded-full border border-line-strong bg-sunken transition-colors data-[state=checked]:border-transparent data-[state=checked]:bg-accent disabled:opacity-60">
      <Radix.Thumb className="block h-4 w-4 translate-x-1 rounded-full bg-[var(--border-strong)] transition-transform data-[state=checked]:translate-x-5 data-[state=checked]:bg-white" />
    </Radix.Root>
  );
}
