/** One variation: its text, where it stands, and what can be made of it. What the API says against it stands under it. */
import { useMutation } from "@tanstack/react-query";
import { Check, CircleX, Clock, Pencil, Trash2, TriangleAlert, X, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../../api/client";
import { refresh } from "../../../api/queries";
import type { Variant } from "../../../api/schema.gen";
import { useMay } from "../../../api/session";
import { piecesOf, sourceOf } from "../../../lib/message-text";
import { Button, IconButton } from "../../../ui/button";
import { Confirm } from "../../../ui/dialog";
import { fieldErrors, useFieldReason } from "../../../ui/form";
import { useErrorText } from "../../../ui/states";
import { Chip, type Tone } from "../../../ui/status";
import { toast } from "../../../ui/toasts";
import { useFormats } from "../../../ui/when";
import { useVariantTexts } from "./texts";

const LOOKS: Record<Variant["state"], [LucideIcon, Tone]> = { proposed: [Clock, "info"], approved: [Check, "success"], rejected: [CircleX, "skipped"], stale: [TriangleAlert, "warning"] };
const ORIGINS = { model: "origin_model", person: "origin_person" } as const;

export function Row({ variant: one, number, onEdit }: { variant: Variant; number: number; onEdit: () => void }) {
  const t = useVariantTexts();
  const words = useErrorText();
  const reason = useFieldReason();
  const formats = useFormats();
  const operator = useMay("operator");
  const [leaving, leave] = useState(false);
  const params = { path: { template_id: one.template_id, variant_id: one.id } };
  const judge = useMutation({
    mutationFn: (state: "approved" | "rejected") => read(api.PATCH("/api/v1/templates/{template_id}/variants/{variant_id}", { params, body: { state } })),
    onSuccess: (_, state) => { toast(t(state === "approved" ? "approvedNow" : "rejectedNow")); refresh("templates"); },
  });
  const remove = useMutation({
    mutationFn: () => read(api.DELETE("/api/v1/templates/{template_id}/variants/{variant_id}", { params })),
    onSuccess: () => { leave(false); toast(t("removed")); refresh("templates"); },
    onError: (error) => { leave(false); toast(words(error), { bad: true }); },
  });
  const [icon, tone] = LOOKS[one.state];
  const refused = fieldErrors(judge.error);
  const name = t("nth", { n: number });
  return (
    <li className="card space-y-2 p-4" aria-label={name} data-variant={one.state}>
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1 text-caption text-muted">
        <strong className="text-table font-medium text-fg">{name}</strong>
        <Chip tone={tone} icon={icon}>{t(one.state)}</Chip>
        <span>{t(ORIGINS[one.origin])}</span>
        <span>{one.reviewed_at ? t("reviewed", { at: formats.dateTime(new Date(one.reviewed_at)) }) : t("written", { at: formats.dateTime(new Date(one.created_at)) })}</span>
      </p>
      <Text text={one.text} />
      {one.state === "stale" && <p className="text-table text-warning-fg">{t("staleText")}</p>}
      {judge.error != null && <p role="alert" className="text-table text-danger-fg">{refused.length ? refused.map(reason).join(" ") : words(judge.error)}</p>}
      {operator && (
        <div className="flex flex-wrap items-center gap-2">
          {one.state !== "approved" && <Button busy={judge.isPending} icon={<Check size={14} aria-hidden />} onClick={() => judge.mutate("approved")}>{t("approve")}</Button>}
          {one.state !== "rejected" && <Button kind="quiet" busy={judge.isPending} icon={<X size={14} aria-hidden />} onClick={() => judge.mutate("rejected")}>{t("reject")}</Button>}
          <span className="grow" />
          <IconButton label={`${t("edit")}: ${name}`} onClick={onEdit}><Pencil size={14} /></IconButton>
          <IconButton label={`${t("remove")}: ${name}`} onClick={() => leave(true)}><Trash2 size={14} /></IconButton>
        </div>
      )}
      {leaving && <Confirm open danger onOpenChange={(on) => !on && leave(false)} title={t("removeTitle")} action={t("remove")} busy={remove.isPending} onConfirm={() => remove.mutate()}>{t(one.state === "approved" ? "removeApproved" : "removeText")}</Confirm>}
    </li>
  );
}

/** A text with its variables tinted. */
export function Text({ text }: { text: string }) {
  return (
    <p className="text-table break-words whitespace-pre-wrap">
      {piecesOf(text).map((piece, at) => <span key={at} className={piece.kind === "variable" ? "rounded-sm bg-accent-soft" : undefined}>{sourceOf(piece)}</span>)}
    </p>
  );
}
