import { useMutation, useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { key, refresh } from "../../api/queries";
import type { Rule } from "../../api/schema.gen";
import { Confirm } from "../../ui/dialog";
import { ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { useRuleTexts } from "./texts";

export function DeleteRule({ rule, onClose, onDone }: { rule: Rule; onClose: () => void; onDone?: () => void }) {
  const t = useRuleTexts();
  const words = useErrorText();
  const running = useQuery({
    queryKey: key("rules", "running", rule.id), staleTime: 0, placeholderData: undefined,
    queryFn: ({ signal }) => read(api.GET("/api/v1/rules/{rule_id}/cases", { params: { path: { rule_id: rule.id }, query: { state: "running", limit: 1 } }, signal })),
  });
  const gone = useMutation({
    mutationFn: () => read(api.DELETE("/api/v1/rules/{rule_id}", { params: { path: { rule_id: rule.id } } })),
    onSuccess: () => { toast(t("deleted", { name: rule.name })); refresh("rules"); onClose(); onDone?.(); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} title={t("deleteTitle", { name: rule.name })} action={t("deleteRule")} danger busy={gone.isPending} disabled={!running.data} onConfirm={() => gone.mutate()}>
      {running.error ? <ErrorBox error={running.error} onRetry={() => void running.refetch()} /> : running.data ? <p>{t("deleteCases", { count: running.data.count })}</p> : <Skeleton rows={1} />}
      <p>{t("deleteKeeps")}</p>
    </Confirm>
  );
}
