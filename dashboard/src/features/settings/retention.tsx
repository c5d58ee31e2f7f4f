/** How long things are kept, with what a run would erase; erasing at once is a decision of its own. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, read } from "../../api/client";
import { key, refresh } from "../../api/queries";
import type { Retention as Told } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { useWords } from "../../i18n";
import { Button } from "../../ui/button";
import { typedNumber } from "../../ui/confirm";
import { Confirm } from "../../ui/dialog";
import { asNumber, Form, NumberField } from "../../ui/form";
import { Card, Facts } from "../../ui/page";
import { ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { useFormats } from "../../ui/when";
import { useSettingsTexts } from "./texts";

const AGES = ["events_days", "messages_days", "payload_days", "raw_days"] as const;
type Ages = Record<(typeof AGES)[number], string>;

export function Retention() {
  const t = useSettingsTexts();
  const owner = useMay("owner");
  const found = useQuery({ queryKey: key("retention"), queryFn: ({ signal }) => read(api.GET("/api/v1/retention", { signal })) });
  return (
    <Card title={t("retention")}>
      {found.error && <ErrorBox error={found.error} onRetry={() => void found.refetch()} />}
      {!found.data && !found.error && <Skeleton rows={4} onRetry={() => void found.refetch()} />}
      {found.data && (owner ? <Edit told={found.data} /> : <Facts rows={AGES.map((name) => [t(name), <Kept key={name} days={found.data.effective[name]} />])} />)}
    </Card>
  );
}

function Kept({ days }: { days: number | null | undefined }) {
  const t = useSettingsTexts();
  return <span className="tnum">{days == null ? t("forEver") : t("days", { count: days })}</span>;
}

function Edit({ told }: { told: Told }) {
  const t = useSettingsTexts();
  const say = useWords();
  const words = useErrorText();
  const { count } = useFormats();
  const [ages, setAges] = useState<Ages>(() => Object.fromEntries(AGES.map((name) => [name, told.company[name] == null ? "" : String(told.company[name])])) as Ages);
  const [asked, setAsked] = useState(false);
  const save = useMutation({
    mutationFn: () => read(api.PUT("/api/v1/retention", { body: Object.fromEntries(AGES.map((name) => [name, asNumber(ages[name])])) as never })),
    onSuccess: () => { toast(t("saved")); refresh("retention"); },
  });
  const run = useMutation({
    mutationFn: () => read(api.POST("/api/v1/retention/run")),
    onSuccess: () => { toast(t("eraseStarted")); setAsked(false); refresh("retention", "jobs"); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  const total = AGES.reduce((sum, name) => sum + (told.preview.counts[name] ?? 0), 0);
  const text = say(told.preview.text);
  return (
    <>
      <Form error={save.error} onSubmit={() => !save.isPending && save.mutate()}>
        <p className="text-muted">{t("retentionText")}</p>
        <div className="grid grid-cols-1 gap-4 sm:grid-cols-2">
          {AGES.map((name) => (
            <NumberField key={name} name={name} label={t(name)} value={ages[name]} onChange={(text) => setAges({ ...ages, [name]: text })} placeholder={t("forEver")} hint={told.effective[name] !== told.company[name] ? <>{t("holds")}{" "}<Kept days={told.effective[name]} /></> : t("daysHint")} />
          ))}
        </div>
        <p role="status" className="rounded-control bg-sunken px-4 py-3 text-table">{total > 0 && text ? t("nextRun", { text }) : t("nothingToErase")}</p>
        <div className="flex flex-wrap gap-2">
          <Button type="submit" kind="primary" busy={save.isPending}>{t("save")}</Button>
          {total > 0 && <Button onClick={() => setAsked(true)}>{t("eraseNow")}</Button>}
        </div>
      </Form>
      <Confirm open={asked} onOpenChange={setAsked} title={t("eraseTitle", { count: total })} action={`${t("erase")} ${count(total)}`} danger typed={typedNumber(total)} busy={run.isPending} onConfirm={() => run.mutate()}>
        <p>{text}</p>
        <p>{t("eraseText")}</p>
      </Confirm>
    </>
  );
}
