/** Which variation of its template a message says. */
import { Link, useParams } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import type { MessageDetail } from "../../api/schema.gen";
import { useMessageTexts } from "./texts";

/** The variation among those of the templates that have the message's name; null: it was deleted since. */
async function found(name: string, id: string, signal: AbortSignal) {
  const { data } = await read(api.GET("/api/v1/templates", { params: { query: { limit: 500 } }, signal }));
  for (const template of data.filter((one) => one.name === name && one.kind === "plain")) {
    const variants = await read(api.GET("/api/v1/templates/{template_id}/variants", { params: { path: { template_id: template.id }, query: { limit: 100 } }, signal }));
    const variant = variants.data.find((one) => one.id === id);
    if (variant) return variant;
  }
  return null;
}

export default function MessageVariant({ template, variant }: { template: string; variant: NonNullable<MessageDetail["variant"]> }) {
  const t = useMessageTexts();
  const { company } = useParams({ strict: false }) as { company: string };
  const told = useQuery({ queryKey: key("templates", "variant", variant.id), queryFn: ({ signal }) => found(template, variant.id, signal) });
  return (
    <span data-message-variant={variant.id}>
      {t("variantOf", { version: variant.template_version })}
      {told.data && <>{" · "}<Link to={`/c/${company}/templates/${told.data.template_id}` as string} search={{ tab: "variants" } as never} className="text-accent-fg underline">{t("seeVariant")}</Link><code className="mt-1 block rounded-control bg-sunken px-2 py-1 text-caption break-words whitespace-pre-wrap">{told.data.text}</code></>}
      {told.data === null && ` · ${t("variantGone")}`}
    </span>
  );
}
