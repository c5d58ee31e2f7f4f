/** The steps of a rule: a list in order, the two ways of a branch beside each other as lanes, moved by buttons or Alt and arrows. */
import { ArrowDown, ArrowUp, Clock, GitBranch, ListPlus, Send, Tag, Trash2, Webhook, Workflow, type LucideIcon } from "lucide-react";
import { IconButton } from "../../ui/button";
import { cx } from "../../ui/cx";
import { FormField } from "../../ui/form";
import { namesOf, type Choices } from "./choices";
import { addedStep, changedStep, MAX_BRANCHES, movedStep, newStep, STEP_TYPES, withoutStep, type Step, type StepType } from "./steps";
import { StepFields, type FieldsOf } from "./step-fields";
import { useRuleTexts } from "./texts";

export const STEP_ICONS: Record<string, LucideIcon> = { send: Send, wait: Clock, wait_until: Clock, branch: GitBranch, add_tag: Tag, add_to_list: ListPlus, call_webhook: Webhook, record_pix: Workflow };

export interface StepsEditing extends FieldsOf { steps: Step[]; set: (steps: Step[]) => void; choices: Choices; wrong: (path: string) => boolean }

export function StepList(editing: StepsEditing) {
  return <Lane {...editing} lane={editing.steps} into={null} depth={1} />;
}

function Lane({ lane, into, depth, label, ...editing }: StepsEditing & { lane: Step[]; into: { branch: number; way: "then" | "else" } | null; depth: number; label?: string }) {
  const t = useRuleTexts();
  return (
    <div className={cx("min-w-0", into && "border-l-2 border-accent pl-3")}>
      {label && <p className="mb-1 text-caption font-medium text-muted">{label}</p>}
      <ol aria-label={label ?? t("steps")} className="space-y-2">
        {lane.map((step, at) => <OneStep key={step.key} {...editing} step={step} at={at} of={lane.length} depth={depth} />)}
      </ol>
      <AddStep name={place(editing, lane, into)} depth={depth} top={!into} onAdd={(type) => editing.set(addedStep(editing.steps, into, newStep(type, type === "send" && editing.choices.sessions.length === 1 ? { session_id: editing.choices.sessions[0]!.value } : {})))} />
    </div>
  );
}

/** The API's name of a list, for its errors; with steps in it they are those of the steps, and the list has none. */
function place({ paths }: StepsEditing, lane: Step[], into: { branch: number; way: "then" | "else" } | null): string {
  const list = into ? `${paths.get(into.branch) ?? ""}.${into.way}` : "steps";
  return lane.length === 0 ? list : `${list}!`;
}

function AddStep({ name, depth, top, onAdd }: { name: string; depth: number; top: boolean; onAdd: (type: StepType) => void }) {
  const t = useRuleTexts();
  return (
    <FormField name={name} label={t("addStep")} className="mt-2">
      {(props) => (
        <select {...props} data-add-step={top || undefined} className="field !w-auto max-w-full border-dashed" value="" onChange={(event) => onAdd(event.target.value as StepType)}>
          <option value="" disabled>{`+ ${t("choose")}`}</option>
          {STEP_TYPES.filter((type) => type !== "branch" || depth <= MAX_BRANCHES).map((type) => <option key={type} value={type}>{t(type)}</option>)}
        </select>
      )}
    </FormField>
  );
}

function OneStep({ step, at, of, depth, ...editing }: StepsEditing & { step: Step; at: number; of: number; depth: number }) {
  const t = useRuleTexts();
  const { steps, set, speech, choices, paths, wrong } = editing;
  const Icon = STEP_ICONS[step.type] ?? Workflow;
  const path = paths.get(step.key) ?? "";
  const move = (by: -1 | 1) => set(movedStep(steps, step.key, by));
  const onKey = (event: React.KeyboardEvent) => {
    if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    event.stopPropagation();
    move(event.key === "ArrowUp" ? -1 : 1);
  };
  const title = t("stepNumber", { n: at + 1, does: speech.step(step, namesOf(choices)) });
  return (
    <li onKeyDown={onKey} className={cx("rounded-control border bg-surface", wrong(path) ? "border-danger-fg" : "border-line")}>
      <div className="flex items-center gap-2 px-3 py-1.5">
        <Icon size={16} aria-hidden className="shrink-0 text-accent-fg" />
        <strong className="min-w-0 grow truncate text-table font-medium" title={title}>{title}</strong>
        <IconButton label={t("moveUp")} aria-keyshortcuts="Alt+ArrowUp" aria-disabled={at === 0} className={cx(at === 0 && "opacity-40")} onClick={() => move(-1)}><ArrowUp size={14} /></IconButton>
        <IconButton label={t("moveDown")} aria-keyshortcuts="Alt+ArrowDown" aria-disabled={at === of - 1} className={cx(at === of - 1 && "opacity-40")} onClick={() => move(1)}><ArrowDown size={14} /></IconButton>
        <IconButton label={t("removeStep")} onClick={() => set(withoutStep(steps, step.key))}><Trash2 size={14} /></IconButton>
      </div>
      <div className="space-y-3 border-t border-line p-3">
        <StepFields {...editing} step={step} path={path} change={(change) => set(changedStep(steps, step.key, change))} />
        {step.type === "branch" && (
          <div className="space-y-4">
            <Lane {...editing} lane={step.then ?? []} into={{ branch: step.key, way: "then" }} depth={depth + 1} label={t("ifYes")} />
            <Lane {...editing} lane={step.else ?? []} into={{ branch: step.key, way: "else" }} depth={depth + 1} label={t("ifNo")} />
          </div>
        )}
      </div>
    </li>
  );
}
