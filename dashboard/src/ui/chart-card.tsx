/** A chart that can be read: a question, its answer in one sentence, the same as a table, and as CSV. */
import { ChartNoAxesColumn, Download, Table2 } from "lucide-react";
import { useState, type ReactNode } from "react";
import { csvText, saveText, type Cell } from "../lib/csv";
import { IconButton } from "./button";
import { Card } from "./page";
import { useUiTexts } from "./texts";

export interface ChartColumn<Row> {
  key: string;
  title: string;
  cell: (row: Row) => ReactNode;
  /** What a file holds: the number itself and not how it is written. */
  raw: (row: Row) => Cell;
  right?: boolean;
}

interface Props<Row> {
  question: string;
  sentence: ReactNode;
  children: ReactNode;
  columns: ChartColumn<Row>[];
  rows: Row[];
  id: (row: Row) => string;
  /** The file's name without its ending. */
  file: string;
  aside?: ReactNode;
  className?: string;
}

export function ChartCard<Row>({ question, sentence, children, columns, rows, id, file, aside, className }: Props<Row>) {
  const t = useUiTexts();
  const [table, showTable] = useState(false);
  const save = () => saveText(`${file}.csv`, csvText(columns.map((one) => one.title), rows.map((row) => columns.map((one) => one.raw(row)))));
  return (
    <Card
      title={question}
      className={className}
      aside={
        <span className="flex items-center gap-1">
          <IconButton label={table ? t("asChart") : t("asTable")} aria-pressed={table} onClick={() => showTable(!table)}>{table ? <ChartNoAxesColumn size={16} /> : <Table2 size={16} />}</IconButton>
          <IconButton label={t("exportCsv")} onClick={save}><Download size={16} /></IconButton>
        </span>
      }
    >
      <div className="mb-3 flex flex-wrap items-center justify-between gap-x-4 gap-y-2"><p className="text-table text-muted">{sentence}</p>{aside && <span className="flex flex-wrap items-center gap-2">{aside}</span>}</div>
      {table ? (
        <div className="max-h-[360px] overflow-auto" tabIndex={0} role="region" aria-label={question}>
          <table className="w-full border-collapse text-table">
            <thead><tr className="border-b border-line text-left text-caption text-muted">{columns.map((one) => <th key={one.key} scope="col" className={`h-8 px-2 font-medium whitespace-nowrap ${one.right ? "text-right" : ""}`}>{one.title}</th>)}</tr></thead>
            <tbody>{rows.map((row) => <tr key={id(row)} className="h-8 border-b border-line last:border-0">{columns.map((one) => <td key={one.key} className={`px-2 whitespace-nowrap ${one.right ? "text-right tnum" : ""}`}>{one.cell(row)}</td>)}</tr>)}</tbody>
          </table>
        </div>
      ) : children}
    </Card>
  );
}
