import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { api, read } from "../../api/client";
import { key, refresh } from "../../api/queries";
import type { Company } from "../../api/schema.gen";
import { getSession, setSession, useMay } from "../../api/session";
import { zoneName } from "../../lib/time";
import { Button } from "../../ui/button";
import { CheckField, Form, FormField, TextField } from "../../ui/form";
import { Card, Facts } from "../../ui/page";
import { Picker } from "../../ui/picker";
import { ErrorBox, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { useFormats, When } from "../../ui/when";
import { Retention } from "./retention";
import { useSettingsTexts } from "./texts";
import { zoneOptions } from "./zones";

export function CompanySettings() {
  const t = useSettingsTexts();
  const owner = useMay("owner");
  const found = useQuery({ queryKey: key("company"), queryFn: ({ signal }) => read(api.GET("/api/v1/company", { signal })) });
  return (
    <>
      {found.error && <ErrorBox error={found.error} onRetry={() => void found.refetch()} />}
      {!found.data && !found.error && <Card><Skeleton rows={5} onRetry={() => void found.refetch()} /></Card>}
      {found.data && (owner ? <Edit key={found.data.id} company={found.data} /> : <Shown company={found.data} />)}
      <Retention />
      <p className="text-caption text-muted">{found.data && <>{t("companyId")}{": "}<code>{found.data.id}</code></>}</p>
    </>
  );
}

function Shown({ company }: { company: Company }) {
  const t = useSettingsTexts();
  const { language } = useFormats();
  const quiet = company.quiet_hours;
  return <Card title={company.name}><Facts rows={[[t("zone"), zoneName(language, company.time_zone)], [t("quiet"), quiet ? t("quietFromTo", { from: quiet.from, to: quiet.to }) : t("quietNone")], [t("created"), <When key="at" at={company.created_at} />]]} /></Card>;
}

function Edit({ company }: { company: Company }) {
  const t = useSettingsTexts();
  const { language } = useFormats();
  const [name, setName] = useState(company.name);
  const [zone, setZone] = useState(company.time_zone);
  const [quiet, setQuiet] = useState(company.quiet_hours !== null);
  const [from, setFrom] = useState(company.quiet_hours?.from ?? "21:00");
  const [to, setTo] = useState(company.quiet_hours?.to ?? "08:00");
  const [transactional, setTransactional] = useState(company.quiet_hours?.transactional ?? false);
  const zones = useMemo(() => zoneOptions(language, zone), [language, zone]);
  const save = useMutation({
    mutationFn: () => read(api.PATCH("/api/v1/company", { body: { name: name.trim(), time_zone: zone, quiet_hours: quiet ? { from, to, transactional } : null } })),
    onSuccess: (made) => {
      const { company: now, companies } = getSession();
      const news = { name: made.name, time_zone: made.time_zone };
      setSession({ company: now && { ...now, ...news }, companies: companies.map((one) => (one.id === made.id ? { ...one, ...news } : one)) });
      toast(t("saved"));
      refresh("company");
    },
  });
  return (
    <Card title={t("company")}>
      <Form error={save.error} onSubmit={() => !save.isPending && save.mutate()}>
        <TextField name="name" label={t("name")} value={name} onChange={setName} autoComplete="organization" />
        <FormField name="time_zone" label={t("zone")} hint={t("zoneHint")}>
          {(props) => <Picker label={t("zone")} value={zone} onChange={setZone} options={zones} id={props.id} invalid={props["aria-invalid"]} describedBy={props["aria-describedby"]} />}
        </FormField>
        <CheckField name="quiet_hours_on" label={t("quietOn")} hint={t("quietHint")} checked={quiet} onChange={setQuiet} />
        {quiet && (
          <div className="grid grid-cols-2 gap-4 pl-6">
            <TextField name="quiet_hours.from" label={t("quietFrom")} type="time" value={from} onChange={setFrom} />
            <TextField name="quiet_hours.to" label={t("quietTo")} type="time" value={to} onChange={setTo} />
            <div className="col-span-2"><CheckField name="quiet_hours.transactional" label={t("quietAll")} hint={t("quietAllHint")} checked={transactional} onChange={setTransactional} /></div>
          </div>
        )}
        <Button type="submit" kind="primary" busy={save.isPending}>{t("save")}</Button>
      </Form>
    </Card>
  );
}
