/** A template said in other ways: what waits for approval, what may be sent, and what real events would be told. */
import { Link, useParams } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { Plus, Sparkles } from "lucide-react";
import { useState } from "react";
import { useHasModel } from "../../../api/automation";
import { api, read } from "../../../api/client";
import { key } from "../../../api/queries";
import type { TemplateDetail, Variant } from "../../../api/schema.gen";
import { useMay } from "../../../api/session";
import type { Option } from "../../../ui/picker";
import { Button } from "../../../ui/button";
import { Card } from "../../../ui/page";
import { Empty, ErrorBox, Skeleton } from "../../../ui/states";
import { Ask } from "./ask";
import { inOrder, numbersOf } from "./order";
import { Row } from "./row";
import { Samples } from "./samples";
import { useVariantTexts } from "./texts";
import { Write } from "./write";

const MOST = 30;

export default function Variants({ template, variables }: { template: TemplateDetail; variables: Option[] }) {
  const t = useVariantTexts();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  const [dialog, open] = useState<Variant | "new" | "ask" | null>(null);
  const list = useQuery({ queryKey: key("templates", "variants", template.id), placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/templates/{template_id}/variants", { params: { path: { template_id: template.id }, query: { limit: 100 } }, signal })) });
  const hasModel = useHasModel(operator);
  const rows = list.data && inOrder(list.data.data);
  const numbers = numbersOf(rows ?? []);
  const full = (rows?.length ?? 0) >= MOST;
  const actions = operator && !full && (
    <div className="flex flex-wrap gap-2">
      <Button kind="primary" icon={<Plus size={14} aria-hidden />} onClick={() => open("new")}>{t("writeOne")}</Button>
      {hasModel && <Button icon={<Sparkles size={14} aria-hidden />} onClick={() => open("ask")}>{t("askModel")}</Button>}
    </div>
  );
  return (
    <div className="grid grid-cols-1 items-start gap-3 lg:grid-cols-[minmax(0,1fr)_360px]">
      <div className="min-w-0 space-y-3">
        <p className="max-w-[72ch] text-table text-muted">{t("intro")}</p>
        {rows && rows.length > 0 && actions}
        {operator && full && <p className="text-table text-muted">{t("full")}</p>}
        {operator && hasModel === false && <p className="text-table text-muted" data-no-model>{t("noModel")}{" "}<Link to={`/c/${company}/ai` as string} search={{ tab: "agents" } as never} className="text-accent-fg underline">{t("toAgents")}</Link></p>}
        {list.error && <ErrorBox error={list.error} onRetry={() => void list.refetch()} />}
        {list.isPending && !list.error && <Skeleton rows={4} onRetry={() => void list.refetch()} />}
        {rows?.length === 0 && <Card><Empty title={t("emptyTitle")} action={actions || undefined}>{t("emptyText")}</Empty></Card>}
        {rows && rows.length > 0 && (
          <ul aria-label={t("list")} className="space-y-3" data-variants>
            {rows.map((one) => <Row key={one.id} variant={one} number={numbers.get(one.id)!} onEdit={() => open(one)} />)}
          </ul>
        )}
      </div>
      <div className="lg:sticky lg:top-14"><Samples template={template} numbers={numbers} /></div>
      {dialog === "ask" && <Ask template={template} room={MOST - (rows?.length ?? 0)} onClose={() => open(null)} />}
      {dialog !== null && dialog !== "ask" && <Write template={template} of={dialog === "new" ? null : dialog} variables={variables} onClose={() => open(null)} />}
    </div>
  );
}
