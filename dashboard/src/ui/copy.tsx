import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { Button, IconButton } from "./button";
import { useUiTexts } from "./texts";

function useCopy(text: string): [boolean, () => void] {
  const [done, setDone] = useState(false);
  return [done, () => void navigator.clipboard.writeText(text).then(() => { setDone(true); setTimeout(() => setDone(false), 2_000); })];
}

export function CopyButton({ text }: { text: string }) {
  const t = useUiTexts();
  const [done, copy] = useCopy(text);
  return <IconButton label={done ? t("copied") : t("copy")} onClick={copy} className="!h-6 !w-6">{done ? <Check size={14} /> : <Copy size={14} />}</IconButton>;
}

/** Something to paste elsewhere: a command, an address, a secret. */
export function CodeBlock({ text, label }: { text: string; label: string }) {
  const t = useUiTexts();
  const [done, copy] = useCopy(text);
  return (
    <div className="flex flex-col-reverse rounded-control border border-line bg-sunken text-left sm:flex-row sm:items-start">
      <pre tabIndex={0} role="region" aria-label={label} className="min-w-0 grow overflow-x-auto p-3 text-caption leading-5 whitespace-pre">{text}</pre>
      <Button onClick={copy} icon={done ? <Check size={14} /> : <Copy size={14} />} className="mt-2 mr-2 !h-7 shrink-0 self-end !px-2 text-caption sm:self-start">{done ? t("copied") : t("copy")}</Button>
    </div>
  );
}
