/** Every version that a rule has had; an old one can be the beginning of the next. */
import { useNavigate, useParams } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import type { Rule } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { Button } from "../../ui/button";
import { CodeBlock } from "../../ui/copy";
import { ErrorBox, Skeleton } from "../../ui/states";
import { Chip } from "../../ui/status";
import { When } from "../../ui/when";
import { draftOf, type RuleJson } from "./draft";
import { keep } from "./kept";
import { useRuleTexts } from "./texts";

export function Versions({ rule }: { rule: Rule }) {
  const t = useRuleTexts();
  const navigate = useNavigate();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const list = useQuery({ queryKey: key("rules", "versions", rule.id), queryFn: ({ signal }) => read(api.GET("/api/v1/rules/{rule_id}/versions", { params: { path: { rule_id: rule.id }, query: { limit: 50 } }, signal })) });
  if (list.error && !list.data) return <ErrorBox error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <Skeleton rows={3} onRetry={() => void list.refetch()} />;
  const use = (definition: RuleJson) => {
    keep(company, rule.id, rule.version, draftOf({ ...definition, name: rule.name }), Date.now());
    void navigate({ to: `/c/${company}/rules/${rule.id}` as string, search: {} as never });
  };
  return (
    <ol className="space-y-2">
      {list.data.data.map((one) => (
        <li key={one.version}>
          <details className="card px-4 py-2">
            <summary className="text-table"><span className="ml-1 inline-flex items-center gap-3"><strong className="font-medium tnum">{`v${one.version}`}</strong><When at={one.created_at} />{one.version === rule.version && <Chip tone="success">{t("inForce")}</Chip>}</span></summary>
            <div className="space-y-2 py-2">
              <CodeBlock label={`v${one.version}`} text={JSON.stringify(one.definition, null, 2)} />
              {operator && one.version !== rule.version && <Button onClick={() => use(one.definition as RuleJson)}>{t("useVersion", { version: one.version })}</Button>}
            </div>
          </details>
        </li>
      ))}
    </ol>
  );
}
