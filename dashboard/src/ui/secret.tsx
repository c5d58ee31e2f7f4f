/** What is shown once: a key, a secret, recovery codes. Only "I have kept it" closes it. */
import type { ReactNode } from "react";
import { Button } from "./button";
import { CodeBlock } from "./copy";
import { Dialog } from "./dialog";
import { useUiTexts } from "./texts";

interface Props { title: string; secrets: { label: string; text: string }[]; onClose: () => void; children?: ReactNode }

export function SecretOnce({ title, secrets, onClose, children }: Props) {
  const t = useUiTexts();
  return (
    <Dialog open onOpenChange={() => undefined} firm fixed title={title} description={children ?? t("secretOnce")} footer={<Button kind="primary" onClick={onClose}>{t("secretKept")}</Button>}>
      <div className="space-y-4">
        {secrets.map((one) => (
          <div key={one.label} className="space-y-1"><p className="text-table font-medium">{one.label}</p><CodeBlock label={one.label} text={one.text} /></div>
        ))}
      </div>
    </Dialog>
  );
}
