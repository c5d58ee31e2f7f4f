/** Short notes about the result of one's own action. They never carry the only copy of anything. */
import { CircleCheck, CircleX, X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { Button, IconButton } from "./button";
import { useUiTexts } from "./texts";

interface Note { id: number; text: string; bad: boolean; undo?: () => void }

let notes: Note[] = [];
let last = 0;
const listeners = new Set<() => void>();
const change = (next: Note[]) => { notes = next; listeners.forEach((tell) => tell()); };
const drop = (id: number) => change(notes.filter((note) => note.id !== id));

export function toast(text: string, options: { bad?: boolean; undo?: () => void } = {}): void {
  const id = ++last;
  change([...notes.slice(-2), { id, text, bad: options.bad ?? false, undo: options.undo }]);
  setTimeout(() => drop(id), 8_000);
}

export function Toasts() {
  const t = useUiTexts();
  const shown = useSyncExternalStore((tell) => { listeners.add(tell); return () => listeners.delete(tell); }, () => notes);
  return (
    <div role="status" aria-live="polite" className="pointer-events-none fixed inset-x-2 bottom-16 z-50 flex flex-col items-center gap-2 lg:right-6 lg:bottom-6 lg:left-auto lg:items-end">
      {shown.map((note) => (
        <div key={note.id} className="appear pointer-events-auto flex min-h-10 max-w-120 items-center gap-3 rounded-control border border-line bg-raised py-1 pr-1 pl-4 text-table shadow-float">
          {note.bad ? <CircleX size={16} className="shrink-0 text-danger-fg" aria-hidden /> : <CircleCheck size={16} className="shrink-0 text-success-fg" aria-hidden />}
          <span>{note.text}</span>
          {note.undo && <Button kind="quiet" onClick={() => { note.undo?.(); drop(note.id); }}>{t("undo")}</Button>}
          <IconButton label={t("close")} onClick={() => drop(note.id)}><X size={14} /></IconButton>
        </div>
      ))}
    </div>
  );
}
