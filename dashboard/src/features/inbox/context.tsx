/** About the person: in whose hands the conversation is, what they want, what they bought. */
import { Link, useParams } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { useTypeName } from "../../api/catalogue";
import { api, read } from "../../api/client";
import { useIntentNames } from "../../api/intents";
import { key } from "../../api/queries";
import type { ConversationDetail } from "../../api/schema.gen";
import { useMay, useSession } from "../../api/session";
import { useWords } from "../../i18n";
import { phone } from "../../lib/phone";
import { Facts } from "../../ui/page";
import { ErrorBox } from "../../ui/states";
import { Chip } from "../../ui/status";
import { useFormats, When } from "../../ui/when";
import type { Change } from "./data";
import { Summary } from "./summary";
import { useInboxTexts } from "./texts";

const STATES = { open: "isOpen", waiting: "isWaiting", closed: "isClosed" } as const;

export function Context({ conversation: one, onChange }: { conversation: ConversationDetail; onChange: (change: Change, said: string) => void }) {
  const t = useInboxTexts();
  const say = useWords();
  const intents = useIntentNames();
  const { percent } = useFormats();
  const operator = useMay("operator");
  const { company } = useParams({ strict: false }) as { company: string };
  return (
    <div className="space-y-5 p-4">
      <div>
        <p className="text-card font-semibold break-words">{one.name ?? phone(one.phone)}</p>
        {one.contact_id && <Link to={`/c/${company}/contacts/${one.contact_id}` as string} className="text-table text-accent-fg underline">{t("contact")}</Link>}
      </div>
      <Facts
        rows={[
          [t("phone"), phone(one.phone)], [t("number"), one.session_name], [t("state"), t(STATES[one.state])],
          [t("assignee"), operator ? <Assignee key="assignee" one={one} onChange={onChange} /> : one.assignee_name ?? t("unassigned")],
          [t("aiState"), <span key="ai">{one.ai_on ? t("aiOn") : t("aiOff")}{!one.ai_on && one.ai_off_text ? <span className="block text-caption text-muted">{say(one.ai_off_text)}</span> : null}</span>],
          [t("intent"), one.intent ? <span key="intent" className="flex flex-wrap items-center gap-2"><Chip>{intents.of(one.intent)}</Chip>{one.confidence !== null && <span className="text-caption text-muted tnum">{t("confidence", { share: percent(one.confidence) })}</span>}</span> : "—"],
          [t("waitingSince"), <When key="waits" at={one.waiting_since} />], [t("lastInbound"), <When key="in" at={one.last_inbound.at} />], [t("lastOutbound"), <When key="out" at={one.last_outbound?.at} />],
        ]}
      />
      {operator && <Summary key={one.id} conversation={one} />}
      <Orders number={one.phone} contactId={one.contact_id} />
    </div>
  );
}

function Assignee({ one, onChange }: { one: ConversationDetail; onChange: (change: Change, said: string) => void }) {
  const t = useInboxTexts();
  const { user } = useSession();
  const owner = useMay("owner");
  // Who is in the company only an owner may read: others take it, give it away, or leave it.
  const people = useQuery({ queryKey: key("users", "choices"), enabled: owner, queryFn: ({ signal }) => read(api.GET("/api/v1/users", { params: { query: { limit: 100 } }, signal })) });
  const options = new Map<string, string>();
  if (user) options.set(user.id, user.name || user.email);
  if (one.assignee_id) options.set(one.assignee_id, one.assignee_name ?? "—");
  for (const person of people.data?.data ?? []) options.set(person.id, person.name || person.email);
  return (
    <select aria-label={t("assignee")} className="field" value={one.assignee_id ?? ""} onChange={(event) => onChange({ assignee_id: event.target.value || null }, t("assigned"))}>
      <option value="">{t("unassigned")}</option>
      {[...options].map(([id, name]) => <option key={id} value={id}>{name}</option>)}
    </select>
  );
}

function Orders({ number, contactId }: { number: string; contactId: string | null }) {
  const t = useInboxTexts();
  const { money } = useFormats();
  const typeName = useTypeName();
  const { company } = useParams({ strict: false }) as { company: string };
  const by = contactId ? { contact_id: contactId } : { phone: number };
  const events = useQuery({
    queryKey: key("events", "of-person", by), enabled: contactId !== null || !number.includes("•"), placeholderData: undefined,
    queryFn: ({ signal }) => read(api.GET("/api/v1/events", { params: { query: { ...by, limit: 20 } as never }, signal })),
  });
  const orders = (events.data?.data ?? []).filter((one) => one.event_type !== "message_received" && one.event_type !== "message_understood").slice(0, 6);
  return (
    <section aria-label={t("orders")}>
      <h3 className="mb-2 text-table">{t("orders")}</h3>
      {events.error && <ErrorBox error={events.error} onRetry={() => void events.refetch()} />}
      {events.data && orders.length === 0 && <p className="text-table text-muted">{t("noOrders")}</p>}
      <ul className="space-y-2">
        {orders.map((one) => (
          <li key={one.id} className="text-table">
            <Link to={`/c/${company}/events/${one.id}` as string} className="font-medium hover:underline">{one.event_type ? typeName(one.event_type) : one.source}</Link>
            <p className="flex flex-wrap justify-between gap-x-2 text-caption text-muted"><span>{[one.order_id, one.order_value && money(one.order_value)].filter(Boolean).join(" · ")}</span><When at={one.created_at} /></p>
          </li>
        ))}
      </ul>
    </section>
  );
}
