/** What the newest real events would be told, each with the variation that is theirs. */
import { Link, useParams } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTypeName } from "../../../api/catalogue";
import { api, read } from "../../../api/client";
import { key } from "../../../api/queries";
import type { TemplateDetail } from "../../../api/schema.gen";
import { useWords } from "../../../i18n";
import { CheckField } from "../../../ui/form";
import { Card } from "../../../ui/page";
import { ErrorBox, Skeleton } from "../../../ui/states";
import { useVariantTexts } from "./texts";

export function Samples({ template, numbers }: { template: TemplateDetail; numbers: Map<string, number> }) {
  const t = useVariantTexts();
  const say = useWords();
  const typeName = useTypeName();
  const { company } = useParams({ strict: false }) as { company: string };
  const [proposed, take] = useState(true);
  const told = useQuery({
    queryKey: key("templates", "samples", template.id, proposed, template.updated_at),
    queryFn: ({ signal }) => read(api.POST("/api/v1/templates/{template_id}/variants/preview", { params: { path: { template_id: template.id } }, body: { count: 10, proposed }, signal })),
  });
  return (
    <Card title={t("samples")}>
      <p className="text-caption text-muted">{t("samplesText")}</p>
      <CheckField name="proposed" label={t("asIfApproved")} checked={proposed} onChange={take} />
      {told.error && <ErrorBox error={told.error} onRetry={() => void told.refetch()} />}
      {told.isPending && !told.error && <Skeleton rows={4} onRetry={() => void told.refetch()} />}
      {told.data && (
        <div aria-live="polite">
          <p className="text-table">{t("inTurn", { count: told.data.variants })}</p>
          {told.data.data.length === 0 && <p className="mt-2 text-table text-muted">{t("samplesNone")}</p>}
          <ol className="mt-2 max-h-160 space-y-2 overflow-y-auto" data-samples tabIndex={0} aria-label={t("samples")}>
            {told.data.data.map((one) => (
              <li key={one.event_id} className="rounded-control bg-sunken px-3 py-2 text-table">
                <p className="flex flex-wrap justify-between gap-x-3 text-caption text-muted"><span>{one.variant_id ? t("nth", { n: numbers.get(one.variant_id) ?? "?" }) : t("itself")}</span><Link to={`/c/${company}/events/${one.event_id}` as string} className="underline">{one.event_type ? typeName(one.event_type) : t("event")}</Link></p>
                <p className="mt-1 break-words whitespace-pre-wrap">{one.text}</p>
                {one.problem && <p className="mt-1 text-caption text-danger-fg">{say(one.problem_text) ?? one.problem}</p>}
              </li>
            ))}
          </ol>
        </div>
      )}
    </Card>
  );
}
