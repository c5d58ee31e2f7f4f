/** One person: what happened, what is known of them, what they agreed to, and their rights (LGPD). */
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Download, Eraser, ListPlus, Pencil, ShieldCheck, Trash2 } from "lucide-react";
import { useState } from "react";
import { api, read } from "../../api/client";
import { download } from "../../api/download";
import { key, refresh } from "../../api/queries";
import type { Contact } from "../../api/schema.gen";
import { useMay } from "../../api/session";
import { phone } from "../../lib/phone";
import { Button } from "../../ui/button";
import { Confirm } from "../../ui/dialog";
import { Menu, MenuItem } from "../../ui/menu";
import { Card, Facts, PageHead } from "../../ui/page";
import { ErrorBox, Skeleton, useErrorText } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { When } from "../../ui/when";
import { Change } from "./bulk";
import { Consents } from "./consents";
import { ContactForm } from "./contact-form";
import { useLists } from "./data";
import { Erase } from "./erase";
import { AllowAgain } from "./opt-outs";
import { ConsentChip, TagChips, WindowLeft } from "./parts";
import { useContactTexts } from "./texts";
import { Timeline } from "./timeline-view";

export function Person() {
  const t = useContactTexts();
  const words = useErrorText();
  const { company, contactId } = useParams({ strict: false }) as { company: string; contactId: string };
  const operator = useMay("operator");
  const owner = useMay("owner");
  const [doing, act] = useState<"edit" | "list" | "remove" | "erase" | null>(null);
  const person = useQuery({ queryKey: key("contacts", "one", contactId), placeholderData: undefined, queryFn: ({ signal }) => read(api.GET("/api/v1/contacts/{contact_id}", { params: { path: { contact_id: contactId } }, signal })) });
  const crumb = <Link to={`/c/${company}/contacts` as string} className="hover:underline">{t("title")}</Link>;
  if (!person.data) return <><PageHead title={t("person")} crumb={crumb} />{person.error ? <ErrorBox error={person.error} onRetry={() => void person.refetch()} /> : <Skeleton onRetry={() => void person.refetch()} />}</>;
  const contact = person.data;
  const save = () => download(`/api/v1/contacts/${contact.id}/personal-data`, {}, `dados-${contact.id}.json`).catch((error: unknown) => toast(words(error), { bad: true }));
  return (
    <>
      <PageHead title={contact.name ?? phone(contact.phone ?? contact.wa_id)} crumb={crumb}>
        <ConsentChip contact={contact} />
        {operator && <Button icon={<Pencil size={14} aria-hidden />} onClick={() => act("edit")}>{t("edit")}</Button>}
        {operator && (
          <Menu>
            <MenuItem icon={<ListPlus size={14} aria-hidden />} onSelect={() => act("list")}>{t("addToList")}</MenuItem>
            <MenuItem icon={<Download size={14} aria-hidden />} onSelect={() => void save()}>{t("personalData")}</MenuItem>
            <MenuItem icon={<Trash2 size={14} aria-hidden />} onSelect={() => act("remove")}>{t("removeContact")}</MenuItem>
            {owner && <MenuItem danger icon={<Eraser size={14} aria-hidden />} onSelect={() => act("erase")}>{t("erase")}</MenuItem>}
          </Menu>
        )}
      </PageHead>
      {person.error && <div className="mb-3"><ErrorBox error={person.error} onRetry={() => void person.refetch()} /></div>}
      <div className="grid grid-cols-1 gap-3 xl:grid-cols-[minmax(0,1fr)_420px]">
        <Card title={t("timeline")}><Timeline contactId={contact.id} /></Card>
        <div className="space-y-3">
          <Known contact={contact} />
          <Consents contact={contact} />
        </div>
      </div>
      {doing === "edit" && <ContactForm known={contact} onClose={() => act(null)} />}
      {doing === "list" && <Change kind="add_to_list" whom={{ ids: [contact.id] }} onClose={() => act(null)} onDone={() => undefined} />}
      {doing === "remove" && <Remove contact={contact} onClose={() => act(null)} />}
      {doing === "erase" && <Erase contact={contact} onClose={() => act(null)} />}
    </>
  );
}

const SOURCES = { event: "fromEvent", message: "fromMessage", import: "fromImport", api: "byHand" } as const;

function Known({ contact }: { contact: Contact }) {
  const t = useContactTexts();
  const { company } = useParams({ strict: false }) as { company: string };
  const operator = useMay("operator");
  const lists = useLists();
  const [allowing, allow] = useState(false);
  const named = contact.lists.map((id) => ({ id, name: lists.data?.data.find((one) => one.id === id)?.name ?? id.slice(0, 8) }));
  const stop = contact.opted_out ? "all" : contact.marketing_stopped ? "marketing" : null;
  return (
    <Card title={t("known")}>
      {stop && (
        <div className="mb-3 flex flex-wrap items-center gap-2 rounded-control bg-danger-soft px-3 py-2 text-table text-danger-fg">
          <p className="grow">{stop === "all" ? t("optedOutTitle") : t("marketingStoppedTitle")}</p>
          {operator && contact.phone && <Button onClick={() => allow(true)}>{t("allowAgain")}</Button>}
        </div>
      )}
      <Facts
        rows={[
          [t("phone"), phone(contact.phone)], [t("email"), contact.email], [t("document"), contact.document],
          [t("tags"), <TagChips key="tags" tags={contact.tags} all />],
          [t("lists"), named.length ? <span key="lists" className="flex flex-wrap gap-x-3">{named.map((one) => <Link key={one.id} to={`/c/${company}/contacts` as string} search={{ list_id: one.id } as never} className="underline">{one.name}</Link>)}</span> : "—"],
          [t("window"), <WindowLeft key="window" until={contact.window_until} />],
          [t("lastMessage"), <When key="message" at={contact.last_message_at} />],
          [t("lastEvent"), contact.last_event_id ? <Link key="event" to={`/c/${company}/events/${contact.last_event_id}` as string} className="underline">{contact.last_event_type ?? t("event")}{" · "}<When at={contact.last_event_at} /></Link> : "—"],
          [t("origin"), <span key="origin">{t(SOURCES[contact.source])}{" · "}<When at={contact.first_seen_at} /></span>],
          ...Object.entries(contact.fields).map(([name, value]): [string, React.ReactNode] => [name, String(value)]),
        ]}
      />
      {allowing && stop && contact.phone && <AllowAgain optOut={{ phone: contact.phone, kind: stop, contact_id: contact.id, name: contact.name }} onClose={() => allow(false)} />}
    </Card>
  );
}

function Remove({ contact, onClose }: { contact: Contact; onClose: () => void }) {
  const t = useContactTexts();
  const words = useErrorText();
  const navigate = useNavigate();
  const { company } = useParams({ strict: false }) as { company: string };
  const remove = useMutation({
    mutationFn: () => read(api.DELETE("/api/v1/contacts/{contact_id}", { params: { path: { contact_id: contact.id } } })),
    onSuccess: () => { refresh("contacts", "lists", "tags"); toast(t("deleted")); void navigate({ to: `/c/${company}/contacts` as string }); },
    onError: (error) => toast(words(error), { bad: true }),
  });
  return (
    <Confirm open onOpenChange={(open) => !open && onClose()} danger title={t("removeTitle", { who: contact.name ?? phone(contact.phone) })} action={t("removeContact")} busy={remove.isPending} onConfirm={() => remove.mutate()}>
      <p className="flex items-start gap-2"><ShieldCheck size={16} aria-hidden className="mt-0.5 shrink-0" /><span>{t("removeText", { tags: contact.tags.length, lists: contact.lists.length })}</span></p>
    </Confirm>
  );
}
