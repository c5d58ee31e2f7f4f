/** Every page, for a phone. */
import { Dialog } from "../ui/dialog";
import { Links } from "./links";
import { useShellTexts } from "./texts";

export default function MorePages({ onClose }: { onClose: () => void }) {
  const t = useShellTexts();
  return <Dialog open onOpenChange={onClose} title={t("pages")}><Links narrow={false} onGo={onClose} /></Dialog>;
}
