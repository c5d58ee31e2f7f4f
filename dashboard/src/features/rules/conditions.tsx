/** The editor of conditions: nested "all", "any" and "none", each line a field, an operator and a value. Small, labelled, by keyboard. */
import { FolderPlus, Plus, ShoppingCart, Tag, X } from "lucide-react";
import { useState } from "react";
import type { FieldInfo } from "../../api/automation";
import { Button, IconButton } from "../../ui/button";
import { FormField } from "../../ui/form";
import { ManyPicker, Picker, type Option } from "../../ui/picker";
import { useRuleTexts } from "./texts";
import { added, changed, fact, group, leaf, MAX_DEPTH, MODES, type Fact, type Group, type Json, type Leaf, type Mode, type Node } from "./tree";
import { adapted, opsFor, takesList, textOf, valueOf } from "./values";
import type { Speech } from "./words";

interface Editing {
  root: Group;
  set: (root: Group) => void;
  fields: FieldInfo[];
  speech: Speech;
  paths: Map<number, string>;
  eventTypes: Option[];
  /** A branch may ask for the order's other events and the contact's tags. */
  branch?: boolean;
}

const MODE_WORDS = { all: "mode_all", any: "mode_any", not: "mode_not" } as const;

export function Conditions(editing: Editing) {
  return <OneGroup {...editing} node={editing.root} depth={1} />;
}

function OneGroup({ node, depth, ...editing }: Editing & { node: Group; depth: number }) {
  const t = useRuleTexts();
  const { root, set, branch } = editing;
  const add = (child: Node) => set(added(root, node.key, child));
  return (
    <fieldset className="min-w-0 space-y-2 border-l-2 border-line pl-3">
      <legend className="sr-only">{t("group")}</legend>
      <div className="flex items-center gap-2">
        <select aria-label={t("groupMode")} className="field !w-auto min-w-0 grow" value={node.mode} onChange={(event) => set(changed(root, node.key, (one) => ({ ...(one as Group), mode: event.target.value as Mode })))}>
          {MODES.map((mode) => <option key={mode} value={mode}>{t(MODE_WORDS[mode])}</option>)}
        </select>
        {node.key !== root.key && <IconButton label={t("removeGroup")} onClick={() => set(changed(root, node.key, () => null))}><X size={14} /></IconButton>}
      </div>
      {node.children.map((child) => child.kind === "group" ? <OneGroup key={child.key} {...editing} node={child} depth={depth + 1} /> : child.kind === "fact" ? <OneFact key={child.key} {...editing} node={child} /> : <OneLeaf key={child.key} {...editing} node={child} />)}
      <div className="flex flex-wrap gap-1">
        <Button kind="quiet" icon={<Plus size={14} aria-hidden />} onClick={() => add(leaf())}>{t("addCondition")}</Button>
        {depth < MAX_DEPTH && <Button kind="quiet" icon={<FolderPlus size={14} aria-hidden />} onClick={() => add(group("any", [leaf()]))}>{t("addGroup")}</Button>}
        {branch && <Button kind="quiet" icon={<ShoppingCart size={14} aria-hidden />} onClick={() => add(fact("order_has_event"))}>{t("addOrderEvent")}</Button>}
        {branch && <Button kind="quiet" icon={<Tag size={14} aria-hidden />} onClick={() => add(fact("contact_has_tag"))}>{t("addTagFact")}</Button>}
      </div>
    </fieldset>
  );
}

function OneLeaf({ node, ...editing }: Editing & { node: Leaf }) {
  const t = useRuleTexts();
  const { root, set, fields, speech, paths } = editing;
  const path = paths.get(node.key) ?? "";
  const info = fields.find((one) => one.name === node.field);
  const kind = info?.kind ?? (typeof node.value === "number" ? "number" : typeof node.value === "boolean" && node.op !== "exists" ? "boolean" : "text");
  const ops = opsFor(kind);
  const change = (part: Partial<Leaf>) => set(changed(root, node.key, (one) => ({ ...(one as Leaf), ...part })));
  const choose = (field: string) => {
    const fits = opsFor(speech.kind(field));
    const op = node.field && fits.includes(node.op) ? node.op : fits[0]!;
    change({ field, op, value: adapted(node.value, node.op, op, speech.kind(field)) });
  };
  const all = ops.includes(node.op) ? ops : [...ops, node.op];
  return (
    <div role="group" aria-label={t("condition")} className="space-y-2 rounded-control bg-sunken p-2">
      <div className="flex items-start gap-1">
        <FormField name={`${path}.field`} label={t("field")} className="grow" hint={info?.example ? t("example", { value: info.example }) : undefined}>
          {(props) => <FieldPicker id={props.id} invalid={Boolean(props["aria-invalid"])} describedBy={props["aria-describedby"]} fields={fields} speech={speech} value={node.field} onChange={choose} />}
        </FormField>
        <IconButton label={t("removeCondition")} onClick={() => set(changed(root, node.key, () => null))}><X size={14} /></IconButton>
      </div>
      <div className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)] gap-2">
        <FormField name={`${path}.op`} label={t("operator")}>
          {(props) => <Picker id={props.id} invalid={Boolean(props["aria-invalid"])} describedBy={props["aria-describedby"]} label={t("operator")} value={node.op} options={all.map((op) => ({ value: op, title: t(op) }))} onChange={(op) => change({ op: op as Leaf["op"], value: adapted(node.value, node.op, op as Leaf["op"], kind) })} />}
        </FormField>
        <FormField name={`${path}.value`} label={t("value")}>
          {(props) => node.op === "exists" ? (
            <select {...props} className="field" value={String(node.value !== false)} onChange={(event) => change({ value: event.target.value === "true" })}><option value="true">{t("isThere")}</option><option value="false">{t("isMissing")}</option></select>
          ) : kind === "boolean" ? (
            <select {...props} className="field" value={String(node.value)} onChange={(event) => change({ value: event.target.value === "true" })}><option value="true">{t("yes")}</option><option value="false">{t("no")}</option></select>
          ) : node.op === "between" ? (
            <span className="flex items-center gap-1">
              {[0, 1].map((at) => <Value key={at} props={at === 0 ? props : {}} label={t(at === 0 ? "lowest" : "highest")} value={(node.value as Json[])[at] ?? ""} read={(text) => valueOf(text, "equals", kind)} onChange={(next) => change({ value: (node.value as Json[]).with(at, next) })} />)}
            </span>
          ) : (
            <Value props={props} value={node.value} lines={takesList(node.op)} read={(text) => valueOf(text, node.op, kind)} onChange={(next) => change({ value: next })} placeholder={kind === "time" ? "2026-11-22T15:00:00-03:00" : takesList(node.op) ? t("onePerLine") : undefined} />
          )}
        </FormField>
      </div>
    </div>
  );
}

/** An input that keeps what was typed ("97,50") as long as it means the value. */
function Value({ props, value, read, onChange, lines, label, placeholder }: { props: object; value: Json; read: (text: string) => Json; onChange: (value: Json) => void; lines?: boolean; label?: string; placeholder?: string }) {
  const [text, setText] = useState(() => textOf(value));
  const shown = JSON.stringify(read(text)) === JSON.stringify(value) ? text : textOf(value);
  const take = (next: string) => { setText(next); onChange(read(next)); };
  if (lines) return <textarea {...props} aria-label={label} rows={3} placeholder={placeholder} className="field !h-auto py-1.5" value={shown} onChange={(event) => take(event.target.value)} />;
  return <input {...props} aria-label={label} placeholder={placeholder} className="field min-w-0" value={shown} onChange={(event) => take(event.target.value)} />;
}

const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
const MOST = 60;

/** Canonical fields and paths that payloads really had; a path that nobody saw yet can be typed. */
export function FieldPicker({ fields, speech, value, onChange, only, ...rest }: { fields: FieldInfo[]; speech: Speech; value: string; onChange: (field: string) => void; only?: FieldInfo["kind"]; id?: string; invalid?: boolean; describedBy?: string }) {
  const t = useRuleTexts();
  const [text, setText] = useState("");
  const wanted = plain(text.trim());
  const fits = (one: FieldInfo) => (!only || one.kind === only || one.name.startsWith("$")) && (!wanted || plain(`${one.name} ${speech.field(one.name)} ${one.example ?? ""}`).includes(wanted));
  const found = fields.filter(fits).slice(0, MOST);
  const options: Option[] = found.map((one) => ({ value: one.name, title: one.label ? speech.field(one.name) : one.name, note: one.example ?? (one.label ? one.name : undefined) }));
  const typed = text.trim();
  if (typed.startsWith("$.") && !found.some((one) => one.name === typed)) options.unshift({ value: typed, title: typed, note: t("typedPath") });
  if (value && !options.some((one) => one.value === value)) options.push({ value, title: speech.field(value) });
  return <Picker {...rest} label={t("field")} placeholder={t("chooseField")} value={value || null} options={options} onSearch={setText} onChange={onChange} />;
}

function OneFact({ node, ...editing }: Editing & { node: Fact }) {
  const t = useRuleTexts();
  const { root, set, paths, eventTypes } = editing;
  const change = (values: string[]) => set(changed(root, node.key, (one) => ({ ...(one as Fact), values })));
  const label = t(node.fact === "order_has_event" ? "orderHasEvent" : "contactHasTag");
  return (
    <div role="group" aria-label={label} className="flex items-start gap-1 rounded-control bg-sunken p-2">
      <FormField name={`${paths.get(node.key) ?? ""}.${node.fact}`} label={label} className="grow">
        {(props) => node.fact === "order_has_event" ? <ManyPicker id={props.id} label={label} options={eventTypes} values={node.values} onChange={change} /> : <input {...props} className="field" placeholder="vip, atacado" value={node.values.join(", ")} onChange={(event) => change(event.target.value.split(/,\s?/))} />}
      </FormField>
      <IconButton label={t("removeCondition")} onClick={() => set(changed(root, node.key, () => null))}><X size={14} /></IconButton>
    </div>
  );
}
