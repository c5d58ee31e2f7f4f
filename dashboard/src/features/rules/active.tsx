/** On and off: at once, with a way back; no question before it. */
import { useMutation } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import type { Rule } from "../../api/schema.gen";
import { useErrorText } from "../../ui/states";
import { Switch } from "../../ui/switch";
import { toast } from "../../ui/toasts";
import { useRuleTexts } from "./texts";

export function ActiveSwitch({ rule }: { rule: Rule }) {
  const t = useRuleTexts();
  const words = useErrorText();
  const turn = useMutation({
    mutationFn: (active: boolean) => read(api.PATCH("/api/v1/rules/{rule_id}", { params: { path: { rule_id: rule.id } }, body: { active } as never })),
    onSuccess: (_, active) => { toast(t(active ? "nowOn" : "nowOff", { name: rule.name }), { undo: () => turn.mutate(!active) }); },
    onError: (error) => toast(words(error), { bad: true }),
    onSettled: () => refresh("rules"),
  });
  const told = turn.data && turn.data.updated_at >= rule.updated_at ? turn.data.active : rule.active;
  const shown = turn.isPending ? turn.variables : told;
  return <Switch checked={shown} onChange={(on) => turn.mutate(on)} label={t("activeOf", { name: rule.name })} />;
}
