/** Tags and lists for many at once: first how many it changes and how many not, then exactly those, as a job. */
import { useState } from "react";
import { api, read } from "../../api/client";
import { useBulk } from "../../api/bulk";
import { refresh } from "../../api/queries";
import type { Job } from "../../api/schema.gen";
import { useJob } from "../../live/jobs";
import { Button } from "../../ui/button";
import { CountConfirm } from "../../ui/confirm";
import { Dialog } from "../../ui/dialog";
import { Form, FormField, TextField } from "../../ui/form";
import { Picker } from "../../ui/picker";
import { Progress, SEGMENT_TONES } from "../../ui/progress";
import { ErrorBox, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { useFormats } from "../../ui/when";
import { useLists, useTags } from "./data";
import { useSkipWords } from "./skips";
import { useContactTexts } from "./texts";

export type ChangeKind = "add_tags" | "remove_tags" | "add_to_list" | "remove_from_list";
const NEW_LIST = "new";
const TITLES = { add_tags: "addTag", remove_tags: "removeTag", add_to_list: "addToList", remove_from_list: "removeFromList" } as const;
const ASKS = { add_tags: "askAddTag", remove_tags: "askRemoveTag", add_to_list: "askAddToList", remove_from_list: "askRemoveFromList" } as const;

interface Props { kind: ChangeKind; whom: { ids: string[] } | { filter: object }; /** Known already: nothing is asked. */ tag?: string; onClose: () => void; onDone: () => void }

export function Change({ kind, whom, tag, onClose, onDone }: Props) {
  const [value, setValue] = useState<{ sent: string | string[]; name: string } | null>(tag ? { sent: [tag], name: tag } : null);
  const [job, setJob] = useState<Job | null>(null);
  if (job) return <Running first={job} onClose={() => { onDone(); onClose(); }} />;
  if (value) return <Ask kind={kind} whom={whom} value={value} onClose={onClose} onStarted={setJob} />;
  return kind.endsWith("tags") ? <ChooseTags kind={kind} onClose={onClose} onChosen={setValue} /> : <ChooseList kind={kind} onClose={onClose} onChosen={setValue} />;
}

interface Choosing { kind: ChangeKind; onClose: () => void; onChosen: (value: { sent: string | string[]; name: string }) => void }

function ChooseTags({ kind, onClose, onChosen }: Choosing) {
  const t = useContactTexts();
  const known = useTags();
  const [text, setText] = useState("");
  const tags = text.split(",").map((one) => one.trim()).filter(Boolean);
  const go = () => tags.length && onChosen({ sent: tags, name: tags.join(", ") });
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t(TITLES[kind])} footer={<Button kind="primary" disabled={tags.length === 0} type="submit" form="tags">{t("count")}</Button>}>
      <Form id="tags" onSubmit={go}>
        <TextField name={kind} label={t("tags")} hint={t("tagsHint")} value={text} onChange={setText} autoFocus list="known-tags" />
        <datalist id="known-tags">{known.data?.data.map((one) => <option key={one.tag} value={one.tag} />)}</datalist>
      </Form>
    </Dialog>
  );
}

function ChooseList({ kind, onClose, onChosen }: Choosing) {
  const t = useContactTexts();
  const lists = useLists();
  const formats = useFormats();
  const [chosen, choose] = useState<string | null>(null);
  const [name, setName] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const options = (lists.data?.data ?? []).map((one) => ({ value: one.id, title: one.name, note: t("peopleCount", { count: one.members, n: formats.count(one.members) }) }));
  if (kind === "add_to_list") options.unshift({ value: NEW_LIST, title: t("newList"), note: "" });
  const go = async () => {
    if (!chosen) return;
    if (chosen !== NEW_LIST) return onChosen({ sent: chosen, name: options.find((one) => one.value === chosen)?.title ?? chosen });
    setBusy(true);
    try {
      const made = await read(api.POST("/api/v1/lists", { body: { name } }));
      refresh("lists");
      onChosen({ sent: made.id, name: made.name });
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t(TITLES[kind])} footer={<Button kind="primary" busy={busy} disabled={!chosen || (chosen === NEW_LIST && !name.trim())} type="submit" form="list">{t("count")}</Button>}>
      {lists.error ? <ErrorBox error={lists.error} onRetry={() => void lists.refetch()} /> : (
        <Form id="list" error={error} onSubmit={() => void go()}>
          <FormField name={kind} label={t("list")}>{(props) => <Picker id={props.id} label={t("list")} placeholder={t("chooseList")} options={options} value={chosen} onChange={choose} />}</FormField>
          {chosen === NEW_LIST && <TextField name="name" label={t("listName")} value={name} onChange={setName} maxLength={120} />}
        </Form>
      )}
    </Dialog>
  );
}

function Ask({ kind, whom, value, onClose, onStarted }: { kind: ChangeKind; whom: Props["whom"]; value: { sent: string | string[]; name: string }; onClose: () => void; onStarted: (job: Job) => void }) {
  const t = useContactTexts();
  const skips = useSkipWords();
  const bulk = useBulk("contacts_change", { ...whom, [kind]: value.sent }, (body) => read(api.POST("/api/v1/contacts/change", { body: body as never })) as Promise<unknown>, onStarted);
  if (bulk.error) return <Dialog open onOpenChange={(open) => !open && onClose()} title={t(TITLES[kind])}><ErrorBox error={bulk.error} onRetry={bulk.again} /></Dialog>;
  if (!bulk.counts) return <Dialog open onOpenChange={(open) => !open && onClose()} title={t(TITLES[kind])} description={t("counting")}><Skeleton rows={2} /></Dialog>;
  return (
    <CountConfirm open onOpenChange={(open) => !open && onClose()} title={t(ASKS[kind], { count: bulk.counts.would, name: value.name })} verb={t(TITLES[kind])} n={bulk.counts.would} skipped={skips(bulk.counts.skip)} busy={bulk.running} onConfirm={bulk.run}>
      {bulk.changed && <p role="alert" className="text-warning-fg">{t("changedMeanwhile")}</p>}
      <p>{t("frozen")}</p>
    </CountConfirm>
  );
}

function Running({ first, onClose }: { first: Job; onClose: () => void }) {
  const t = useContactTexts();
  const skips = useSkipWords();
  const formats = useFormats();
  const told = useJob(first.id);
  const job = told.job ?? first;
  const result = (job.result ?? {}) as { acted?: number; skip?: Record<string, number> };
  const [stopping, setStopping] = useState(false);
  const cancel = async () => {
    setStopping(true);
    try {
      await read(api.POST("/api/v1/jobs/{job_id}/cancel", { params: { path: { job_id: job.id } } }));
    } catch {
      told.refetch(); // it ended just now
    }
  };
  const close = () => {
    refresh("contacts", "lists", "tags");
    if (job.state === "running") toast(t("goesOn"));
    onClose();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && close()} firm title={job.state === "running" ? t("changing") : t("changed")} footer={<>{job.state === "running" && <Button busy={stopping || job.cancel_requested} onClick={() => void cancel()}>{t("stop")}</Button>}<Button kind="primary" onClick={close}>{job.state === "running" ? t("background") : t("done")}</Button></>}>
      <div className="space-y-3" aria-live="polite">
        <Progress label={t("changing")} total={job.total ?? job.done} segments={[{ key: "done", name: t("read"), value: job.done, tone: SEGMENT_TONES.done }]} />
        <p>{t("actedOn", { count: result.acted ?? 0 })}</p>
        {skips(result.skip ?? {}).map((one) => <p key={one.key} className="text-muted">{`${formats.count(one.n)} ${one.words}`}</p>)}
        {job.state === "failed" && <ErrorBox text={job.error ?? t("failed")} />}
        {job.state === "cancelled" && <p className="text-warning-fg">{t("stopped")}</p>}
      </div>
    </Dialog>
  );
}
