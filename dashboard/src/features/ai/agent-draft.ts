/** An agent while it is edited: lists are lines, numbers stay text until they are sent, one stretch of hours. */
import type { Agent } from "../../api/schema.gen";
import { asNumber } from "../../ui/form";

type Settings = Agent["settings"];
export interface Draft {
  name: string; session_id: string; active: boolean; persona: string; tone: string; language: string; outside: string; actions: string[]; tags: string; hosts: string;
  days: number[]; from: string; to: string; always: boolean; per_conversation: string; per_day: string; delayFrom: string; delayTo: string; least: string;
  model: boolean; url: string; model_name: string; key: string; daily_tokens: string; daily_cost: string; price_in: string; price_out: string; shares: boolean;
}

const text = (value: unknown, other: string | number) => String(value ?? other);
const lines = (value: string) => value.split(/[\n,]/).map((one) => one.trim()).filter(Boolean);

export function draftOf(agent: Agent | null): Draft {
  const settings = (agent?.settings ?? {}) as Settings;
  const hours = settings.hours?.[0];
  const model = agent?.model;
  return {
    name: agent?.name ?? "", session_id: agent?.session_id ?? "", active: agent?.active ?? true,
    persona: settings.persona ?? "", tone: settings.tone ?? "friendly", language: settings.language ?? "pt-BR", outside: settings.outside ?? "answer",
    actions: settings.actions ?? ["hand_over"], tags: (settings.tags ?? []).join("\n"), hosts: (settings.hosts ?? []).join("\n"),
    always: hours === undefined, days: hours?.days ?? [0, 1, 2, 3, 4], from: hours?.from ?? "08:00", to: hours?.to ?? "20:00",
    per_conversation: text(settings.per_conversation, 20), per_day: text(settings.per_day, 2_000), delayFrom: text(settings.delay_s?.[0], 0), delayTo: text(settings.delay_s?.[1], 0), least: text(settings.least, 0.6),
    model: model != null, url: model?.url ?? "", model_name: model?.name ?? "", key: "", daily_tokens: text(model?.daily_tokens, 200_000), daily_cost: text(model?.daily_cost, 5), price_in: text(model?.price_in, 0), price_out: text(model?.price_out, 0), shares: model?.shares_personal_data ?? false,
  };
}

/** What is sent; what the form does not show of an agent stays as it was. */
export function bodyOf(draft: Draft, agent: Agent | null) {
  const before = (agent?.settings ?? {}) as Settings;
  const more = before.hours && before.hours.length > 1 ? before.hours.slice(1) : [];
  return {
    name: draft.name.trim(), session_id: draft.session_id || null, active: draft.active,
    settings: {
      ...before, persona: draft.persona, tone: draft.tone, language: draft.language, outside: draft.outside, actions: draft.actions, tags: lines(draft.tags), hosts: lines(draft.hosts),
      hours: draft.always ? [] : [{ days: draft.days, from: draft.from, to: draft.to }, ...more],
      per_conversation: asNumber(draft.per_conversation), per_day: asNumber(draft.per_day), delay_s: [asNumber(draft.delayFrom), asNumber(draft.delayTo)], least: asNumber(draft.least),
    },
    model: draft.model ? {
      ...agent?.model, url: draft.url.trim(), name: draft.model_name.trim(), ...(draft.key ? { key: draft.key } : {}),
      daily_tokens: asNumber(draft.daily_tokens), daily_cost: asNumber(draft.daily_cost), price_in: asNumber(draft.price_in), price_out: asNumber(draft.price_out), shares_personal_data: draft.shares,
    } : null,
  };
}
