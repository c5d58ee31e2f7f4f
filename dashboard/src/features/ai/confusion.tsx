/** How well the company's own examples tell its intents apart: each is read as if it were none. */
import { useQuery } from "@tanstack/react-query";
import { api, read } from "../../api/client";
import { useIntentNames } from "../../api/intents";
import { key } from "../../api/queries";
import type { AiConfusion } from "../../api/schema.gen";
import { cx } from "../../ui/cx";
import { Card } from "../../ui/page";
import { ErrorBox, Skeleton } from "../../ui/states";
import { useFormats } from "../../ui/when";
import { columnsOf } from "./confused";
import { useAiTexts } from "./texts";

export default function Confusion() {
  const t = useAiTexts();
  const told = useQuery({ queryKey: key("intents", "confusion"), staleTime: 60_000, queryFn: ({ signal }) => read(api.GET("/api/v1/ai/confusion", { signal })) });
  const table = told.data;
  return (
    <Card title={t("confusion")}>
      {told.error && <ErrorBox error={told.error} onRetry={() => void told.refetch()} />}
      {told.isPending && !told.error && <Skeleton rows={3} onRetry={() => void told.refetch()} />}
      {table && table.judged === 0 && <p className="text-table text-muted" data-too-few>{t("tooFew", { count: table.examples, least: table.least })}</p>}
      {table && table.judged > 0 && <Table table={table} />}
    </Card>
  );
}

function Table({ table }: { table: AiConfusion }) {
  const t = useAiTexts();
  const names = useIntentNames();
  const { count, percent } = useFormats();
  const columns = columnsOf(table);
  return (
    <div className="space-y-4">
      <p className="text-table text-muted">{t("confusionText")}</p>
      <p className="text-card" data-right={table.right}>{t("rightOf", { right: count(table.right), count: table.judged, share: percent(table.right / table.judged) })}</p>
      <div className="overflow-x-auto" tabIndex={0} role="region" aria-label={t("confusion")}>
        <table className="text-table">
          <thead>
            <tr><th scope="col" className="min-w-36 py-1 pr-3 text-left font-normal text-muted">{t("isTaken")}</th>{columns.map((one) => <th key={one} scope="col" className="max-w-28 px-2 py-1 text-right align-bottom text-caption font-normal text-muted">{names.of(one)}</th>)}</tr>
          </thead>
          <tbody>
            {table.rows.map((row) => (
              <tr key={row.intent} className="border-t border-line">
                <th scope="row" className="py-1.5 pr-3 text-left font-medium">{names.of(row.intent)}</th>
                {columns.map((column) => {
                  const n = row.told.find((one) => one.intent === column)?.examples ?? 0;
                  return <td key={column} className={cx("px-2 py-1.5 text-right tnum", n > 0 && (column === row.intent ? "bg-success-soft text-success-fg" : "bg-warning-soft font-medium text-warning-fg"))}>{n > 0 ? count(n) : ""}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {table.wrong.length > 0 && (
        <section aria-label={t("confused")}>
          <h3 className="mb-1 text-table">{t("confused")}</h3>
          <ul className="divide-y divide-line">
            {table.wrong.map((one, at) => <li key={at} className="py-1.5 text-table"><p className="break-words">{`“${one.text}”`}</p><p className="text-caption text-muted">{t("takenFor", { intent: names.of(one.intent), told: names.of(one.told), share: percent(one.confidence) })}</p></li>)}
          </ul>
        </section>
      )}
      {table.judged < table.examples && <p className="text-caption text-muted">{t("evenPart", { judged: count(table.judged), total: count(table.examples) })}</p>}
    </div>
  );
}
