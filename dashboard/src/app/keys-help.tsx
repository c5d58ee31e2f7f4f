import { Dialog } from "../ui/dialog";
import { setKeysOn, useKeysOn } from "../ui/keys";
import { Switch } from "../ui/switch";
import { PAGES } from "./nav";
import { useShellTexts } from "./texts";

/** What the keys do; who dictates or types by accident can switch the single ones off (WCAG 2.1.4). */
export default function KeysHelp({ onClose }: { onClose: () => void }) {
  const t = useShellTexts();
  const on = useKeysOn();
  const rows: [string, string][] = [
    ["Ctrl K", t("keyPalette")], ["Ctrl B", t("keySidebar")], ["j k", t("keyRows")], ["Enter", t("keyOpen")], ["/", t("keySearch")], ["p", t("keyPause")], ["Esc", t("keyClose")], ["?", t("keyHelp")],
    ...PAGES.map((page): [string, string] => [`g ${page.letter}`, t(page.name)]),
  ];
  return (
    <Dialog open onOpenChange={onClose} title={t("keys")}>
      <div className="mb-4 flex items-center gap-3"><Switch checked={on} label={t("keysOn")} onChange={setKeysOn} /><span>{t("keysOn")}</span></div>
      <dl className="grid grid-cols-1 gap-x-8 gap-y-2 sm:grid-cols-2">
        {rows.map(([keys, words]) => <div key={keys} className="flex items-center justify-between gap-4"><dt className="order-2"><kbd className="rounded border border-line bg-sunken px-1.5 py-0.5 font-mono text-caption">{keys}</kbd></dt><dd className="text-muted">{words}</dd></div>)}
      </dl>
    </Dialog>
  );
}
