/** The quick replies that fit what stands behind the slash, over the field. */
import type { QuickReply } from "../../api/schema.gen";
import { cx } from "../../ui/cx";
import { useInboxTexts } from "./texts";

export function QuickList({ found, at, onTake }: { found: QuickReply[]; at: number; onTake: (one: QuickReply) => void }) {
  const t = useInboxTexts();
  return (
    <div className="absolute inset-x-0 bottom-full z-20 mb-1 max-h-64 overflow-y-auto rounded-control border border-line bg-raised p-1 shadow-float" data-quick>
      {found.length === 0 && <p className="p-2 text-table text-muted" role="status">{t("noQuick")}</p>}
      <ul aria-label={t("quick")}>
        {found.map((one, index) => (
          <li key={one.id}>
            {/* The field keeps the caret: a press must not take it. */}
            <button type="button" aria-current={index === at ? "true" : undefined} onMouseDown={(event) => event.preventDefault()} onClick={() => onTake(one)} className={cx("block w-full rounded px-2 py-1.5 text-left text-table hover:bg-sunken", index === at && "bg-sunken")}>
              <span className="font-medium">{`/${one.shortcut}`}</span><span className="block truncate text-caption text-muted">{one.filled?.text ?? one.text}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
