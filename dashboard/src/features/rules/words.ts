/** How conditions and steps are said in words: the builder's sentence, the list's summaries, what a viewer reads. */
import { useMemo } from "react";
import type { FieldInfo } from "../../api/automation";
import type { Catalogue } from "../../api/schema.gen";
import { useWords } from "../../i18n";
import { money } from "../../lib/numbers";
import { inUnit, type Step } from "./steps";
import { useRuleTexts } from "./texts";
import { written, type Json, type Node } from "./tree";
import { textOf } from "./values";

export interface Said { text: string; joint?: boolean }
export interface Speech {
  field: (name: string) => string;
  kind: (name: string) => FieldInfo["kind"];
  eventType: (name: string) => string;
  value: (value: Json, field: string) => string;
  node: (node: Node) => Said[];
  duration: (seconds: number) => string;
  step: (step: Step, names: { session: (id: string) => string; template: (id: string) => string; list: (id: string) => string; webhook: (id: string) => string }) => string;
}

export function useSpeech(fields: FieldInfo[], catalogue: Catalogue | undefined): Speech {
  const t = useRuleTexts();
  const say = useWords();
  return useMemo(() => {
    const known = new Map(fields.map((one) => [one.name, one]));
    const types = new Map((catalogue?.event_types ?? []).map((one) => [one.name, say(one.label)]));
    const field = (name: string) => say(known.get(name)?.label) ?? (name || t("aField"));
    const kind = (name: string): FieldInfo["kind"] => known.get(name)?.kind ?? "text";
    const eventType = (name: string) => (name === "*" ? t("anyEvent") : types.get(name) ?? name);
    const single = (value: Json, name: string) => (kind(name) === "money" && typeof value === "number" ? money(value.toFixed(2)) : typeof value === "boolean" ? t(value ? "yes" : "no") : textOf(value));
    const value = (given: Json, name: string) => (Array.isArray(given) ? given.map((one) => single(one, name)).join(", ") : single(given, name)) || "…";
    const node = (one: Node): Said[] => {
      if (one.kind === "fact") return [{ text: t(one.fact === "order_has_event" ? "saidOrder" : "saidTag", { names: one.values.map((name) => (one.fact === "order_has_event" ? eventType(name) : name)).join(` ${t("or")} `) || "…" }) }];
      if (one.kind === "leaf") {
        if (one.op === "exists") return [{ text: t(one.value === false ? "saidMissing" : "saidExists", { field: field(one.field) }) }];
        if (one.op === "between" && Array.isArray(one.value)) return [{ text: t("saidBetween", { field: field(one.field), low: value(one.value[0] ?? "", one.field), high: value(one.value[1] ?? "", one.field) }) }];
        return [{ text: `${field(one.field)} ${t(one.op)} ${value(one.value, one.field)}` }];
      }
      const children = written(one.children);
      const inside = children.flatMap((child, at): Said[] => {
        const said = node(child);
        const wrapped = child.kind === "group" && child.mode !== "not" && written(child.children).length > 1 ? [{ text: "(" }, ...said, { text: ")" }] : said;
        return at === 0 ? wrapped : [{ text: ` ${t(one.mode === "all" ? "and" : "or")} `, joint: true }, ...wrapped];
      });
      return one.mode === "not" ? [{ text: `${t("not")} `, joint: true }, { text: "(" }, ...inside, { text: ")" }] : inside;
    };
    const duration = (seconds: number) => {
      const [n, unit] = inUnit(Math.abs(seconds));
      return `${n} ${unit}`;
    };
    const step: Speech["step"] = ({ type, data }, names) => {
      const short = (text: Json | undefined) => { const one = textOf(text ?? ""); return one.length > 60 ? `${one.slice(0, 59)}…` : one; };
      if (type === "send") return data.image ? t("doesPicture") : data.template_id ? t("doesTemplate", { name: names.template(String(data.template_id)) }) : t("doesText", { text: short(data.text) || "…" });
      if (type === "wait") return t("doesWait", { time: typeof data.delay_s === "number" ? duration(data.delay_s) : "…" });
      if (type === "wait_until") {
        if (data.field == null) return t("doesUntil", { time: textOf(data.time ?? "") || "…" });
        const offset = typeof data.offset_s === "number" ? data.offset_s : 0;
        return t(offset < 0 ? "doesBefore" : offset > 0 ? "doesAfter" : "doesAt", { time: duration(offset), field: field(String(data.field)) });
      }
      if (type === "branch") return t("doesBranch");
      if (type === "add_tag") return t("doesTag", { name: textOf(data.tag ?? "") || "…" });
      if (type === "add_to_list") return t("doesList", { name: data.list_id ? names.list(String(data.list_id)) : "…" });
      if (type === "call_webhook") return t("doesCall", { name: data.webhook_id ? names.webhook(String(data.webhook_id)) : "…" });
      return t("doesFlow");
    };
    return { field, kind, eventType, value, node, duration, step };
    // The texts' function is new at each render; the language is what changes it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [fields, catalogue, t("and")]);
}
