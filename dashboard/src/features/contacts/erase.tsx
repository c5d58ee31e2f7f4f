/** Taking a person out of everything that is stored: counted first, typed, and then a job that cannot be undone. */
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useBulk } from "../../api/bulk";
import { api, read } from "../../api/client";
import { refresh } from "../../api/queries";
import type { Contact, Job } from "../../api/schema.gen";
import { useJob } from "../../live/jobs";
import { phone } from "../../lib/phone";
import { Button } from "../../ui/button";
import { Confirm, Dialog } from "../../ui/dialog";
import { ErrorBox, Skeleton } from "../../ui/states";
import { useFormats } from "../../ui/when";
import { useSkipWords } from "./skips";
import { useContactTexts } from "./texts";

export function Erase({ contact, onClose }: { contact: Contact; onClose: () => void }) {
  const t = useContactTexts();
  const skips = useSkipWords();
  const formats = useFormats();
  const [job, setJob] = useState<Job | null>(null);
  const who = contact.name ?? phone(contact.phone);
  const bulk = useBulk("contacts_erase", { ids: [contact.id] }, (body) => read(api.POST("/api/v1/contacts/erase", { body: body as never })) as Promise<unknown>, setJob);
  if (job) return <Erasing first={job} who={who} />;
  const counts = bulk.counts;
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} danger title={t("eraseTitle", { who })} action={t("erase")} typed={t("eraseWord")} busy={bulk.running} disabled={!counts || counts.would === 0} onConfirm={bulk.run}>
      {bulk.error ? <ErrorBox error={bulk.error} onRetry={bulk.again} /> : !counts ? <><p>{t("counting")}</p><Skeleton rows={1} /></> : (
        <>
          {bulk.changed && <p role="alert" className="text-warning-fg">{t("changedMeanwhile")}</p>}
          <p className="text-fg">{`${t("eraseMessages", { count: counts.messages ?? 0 })} ${t("eraseEvents", { count: counts.events ?? 0 })}`}</p>
          {skips(counts.skip).map((one) => <p key={one.key}>{`${formats.count(one.n)} ${one.words}`}</p>)}
          <p>{t("eraseText")}</p>
        </>
      )}
    </Confirm>
  );
}

function Erasing({ first, who }: { first: Job; who: string }) {
  const t = useContactTexts();
  const navigate = useNavigate();
  const { company } = useParams({ strict: false }) as { company: string };
  const { job } = useJob(first.id);
  const state = (job ?? first).state;
  const result = ((job ?? first).result ?? {}) as { events?: number; messages?: number };
  const close = () => { refresh("contacts", "lists", "tags", "opt-outs"); void navigate({ to: `/c/${company}/contacts` as string }); };
  return (
    <Dialog open firm onOpenChange={(open) => !open && close()} title={state === "running" ? t("erasing", { who }) : t("erased")} footer={<Button kind="primary" onClick={close}>{t("toPeople")}</Button>}>
      <div aria-live="polite" className="space-y-2">
        {state === "failed" ? <ErrorBox text={job?.error ?? t("failed")} /> : <p>{`${t("eraseMessages", { count: result.messages ?? 0 })} ${t("eraseEvents", { count: result.events ?? 0 })}`}</p>}
        {state === "running" && <p className="text-muted">{t("goesOn")}</p>}
      </div>
    </Dialog>
  );
}
