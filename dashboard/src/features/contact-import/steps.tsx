import { Check } from "lucide-react";
import { cx } from "../../ui/cx";
import { useImportTexts } from "./texts";

export const STEPS = ["file", "columns", "rules", "run"] as const;
export type Step = (typeof STEPS)[number];
const TITLES = { file: "stepFile", columns: "stepColumns", rules: "stepRules", run: "stepRun" } as const;

/** Where one is; steps behind can be gone back to. */
export function Steps({ at, onStep }: { at: Step; onStep?: (step: Step) => void }) {
  const t = useImportTexts();
  const here = STEPS.indexOf(at);
  return (
    <ol aria-label={t("steps")} className="mb-3 flex flex-wrap gap-x-4 gap-y-1 text-table">
      {STEPS.map((step, index) => {
        const inside = <><span className={cx("grid h-5 w-5 place-items-center rounded-full text-caption", index === here ? "bg-accent text-white" : "bg-sunken text-muted")}>{index < here ? <Check size={12} aria-hidden /> : index + 1}</span>{t(TITLES[step])}</>;
        const look = cx("inline-flex h-8 items-center gap-2", index === here ? "font-semibold" : "text-muted");
        return <li key={step} aria-current={index === here ? "step" : undefined}>{onStep && index < here ? <button type="button" className={cx(look, "hover:underline")} onClick={() => onStep(step)}>{inside}</button> : <span className={look}>{inside}</span>}</li>;
      })}
    </ol>
  );
}
