/** The source's own names of event types, and what they are called here. */
import { useQuery } from "@tanstack/react-query";
import { Plus, X } from "lucide-react";
import { useId, useState } from "react";
import { api, read } from "../../api/client";
import { key } from "../../api/queries";
import { useWords } from "../../i18n";
import { Button, IconButton } from "../../ui/button";
import { FormField } from "../../ui/form";
import { typeRows, withTypes, type Mapping, type TypeRows } from "./mapping";
import { useWebhookTexts } from "./texts";

export function TypesEditor({ mapping, onChange }: { mapping: Mapping; onChange: (mapping: Mapping) => void }) {
  const t = useWebhookTexts();
  const say = useWords();
  const list = useId();
  const [rows, setRows] = useState<TypeRows>(() => typeRows(mapping));
  const { data } = useQuery({ queryKey: key("catalogue"), staleTime: Infinity, queryFn: ({ signal }) => read(api.GET("/api/v1/catalogue", { signal })) });
  const change = (next: TypeRows) => { setRows(next); onChange(withTypes(mapping, next)); };
  const put = (at: number, part: 0 | 1, text: string) => change(rows.map((row, n) => (n === at ? (part === 0 ? [text, row[1]] : [row[0], text]) : row)));
  return (
    <FormField name="mapping.types" label={t("types")} hint={t("typesHint")}>
      {(props) => (
        <div id={props.id} className="space-y-2">
          <datalist id={list}>{data?.event_types.map((one) => <option key={one.name} value={one.name}>{say(one.label) ?? one.name}</option>)}</datalist>
          {rows.map(([raw, name], at) => (
            <div key={at} className="flex items-center gap-2">
              <input aria-label={t("typeRaw")} className="field min-w-0 font-mono text-caption" placeholder="VENDA_OK" value={raw} onChange={(event) => put(at, 0, event.target.value)} />
              <span aria-hidden>{"→"}</span>
              <input aria-label={t("typeHere")} list={list} className="field min-w-0 font-mono text-caption" placeholder="order_approved" value={name} onChange={(event) => put(at, 1, event.target.value)} />
              <IconButton label={t("typeRemove")} onClick={() => change(rows.filter((_, n) => n !== at))}><X size={14} /></IconButton>
            </div>
          ))}
          <Button className="!h-7" icon={<Plus size={14} aria-hidden />} onClick={() => setRows([...rows, ["", ""]])}>{t("typeAdd")}</Button>
        </div>
      )}
    </FormField>
  );
}
