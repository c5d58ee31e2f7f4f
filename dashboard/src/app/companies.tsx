/** The company at work, and the way to another: the same section's list, with nothing of this one left. */
import { useNavigate, useRouterState } from "@tanstack/react-router";
import { Check, ChevronsUpDown } from "lucide-react";
import { useState } from "react";
import { useCompany, useSession } from "../api/session";
import { cx } from "../ui/cx";
import { Popover } from "../ui/popover";
import { useShellTexts } from "./texts";

export function Companies({ narrow }: { narrow: boolean }) {
  const t = useShellTexts();
  const company = useCompany();
  const { companies } = useSession();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState("");
  const navigate = useNavigate();
  const section = useRouterState({ select: (state) => state.location.pathname.split("/")[3] ?? "" });
  const face = (
    <>
      <span aria-hidden className="grid h-7 w-7 shrink-0 place-items-center rounded-control bg-accent text-caption font-semibold text-white">{company.name.slice(0, 1).toUpperCase()}</span>
      <span className={narrow ? "sr-only" : "max-w-36 truncate text-left text-table font-semibold"}>{company.name}</span>
    </>
  );
  if (companies.length < 2) return <div className="flex items-center gap-2 px-1.5">{face}</div>;
  const shown = companies.filter((one) => one.name.toLowerCase().includes(text.toLowerCase()));
  return (
    <Popover
      label={t("chooseCompany")}
      align="start"
      open={open}
      onOpenChange={setOpen}
      trigger={<button type="button" className="control !px-1.5 hover:bg-sunken"><span className="sr-only">{`${t("company")}: `}</span>{face}{!narrow && <ChevronsUpDown size={14} className="text-faint" aria-hidden />}</button>}
    >
      <div className="w-64 p-1">
        {companies.length >= 6 && <input className="field mb-1" aria-label={t("searchCompany")} placeholder={t("searchCompany")} value={text} onChange={(event) => setText(event.target.value)} />}
        <ul className="max-h-80 overflow-y-auto">
          {shown.map((one) => (
            <li key={one.id}>
              <button type="button" aria-current={one.id === company.id || undefined} onClick={() => { setOpen(false); void navigate({ to: `/c/${one.id}${section && `/${section}`}` as string, search: {} as never }); }} className={cx("flex min-h-9 w-full items-center gap-2 rounded px-2 text-left text-table hover:bg-sunken", one.id === company.id && "font-semibold")}>
                <span className="grow truncate">{one.name}</span>
                {one.id === company.id && <Check size={14} aria-hidden />}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </Popover>
  );
}
