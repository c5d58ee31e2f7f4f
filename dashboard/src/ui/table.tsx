/** One table for every list: real table on wide screens, two-line rows on a phone, keys j/k/Enter and x/Shift+x, load more by cursor. */
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { Blocks, SHORT } from "./blocks";
import { Button } from "./button";
import { cx } from "./cx";
import { mark, markAll, type Marked } from "./marked";
import { keysOn } from "./keys";
import { useUiTexts } from "./texts";

export interface Column<Row> {
  key: string;
  title: string;
  cell: (row: Row) => ReactNode;
  /** Numbers stand on the right. */
  right?: boolean;
  /** On a phone: "main" and "side" make the first line, "sub" the second; without it the column is left out. */
  phone?: "main" | "side" | "sub";
  width?: string;
  /** It may be cut short where the others need the room. */
  gives?: boolean;
  /** It is shown where there is room to spare. */
  wide?: boolean;
}

const WIDE = "hidden 2xl:table-cell";

interface Props<Row> {
  label: string;
  columns: Column<Row>[];
  rows: Row[];
  id: (row: Row) => string;
  onOpen?: (row: Row) => void;
  selected?: string;
  footer?: ReactNode;
  /** Rows can be marked for a bulk action; `name` says which row a box is for. */
  marking?: { marked: Marked; onChange: (marked: Marked) => void; name: (row: Row) => string };
}

export function DataTable<Row>({ label, columns, rows, id, onOpen, selected, footer, marking }: Props<Row>) {
  const t = useUiTexts();
  const box = useRef<HTMLDivElement>(null);
  const { head, widths } = useWidths(rows.length > SHORT, columns.length);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
      if ((event.key !== "j" && event.key !== "k") || !keysOn()) return;
      if (document.querySelector("[role=dialog]")) return;
      const all = [...(box.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])].filter((one) => one.offsetParent !== null);
      const at = all.indexOf(document.activeElement as HTMLElement);
      const next = all[event.key === "j" ? Math.min(at + 1, all.length - 1) : Math.max(at - 1, 0)];
      next?.focus();
      next?.scrollIntoView({ block: "nearest" });
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const open = (row: Row) => (event: React.MouseEvent | React.KeyboardEvent) => {
    if ((event.target as HTMLElement).closest("a,button,input,[role=menuitem],[role=switch]")) return;
    onOpen?.(row);
  };
  const phoneCells = (row: Row, place: Column<Row>["phone"]) => columns.filter((column) => column.phone === place).map((column) => <span key={column.key}>{column.cell(row)}</span>);
  const order = marking ? rows.map(id) : [];
  const touch = (row: Row, through: boolean) => marking?.onChange(mark(marking.marked, id(row), order, through));
  const rowProps = (row: Row) => ({
    "data-row": id(row), tabIndex: onOpen || marking ? 0 : -1, onClick: open(row),
    onKeyDown: (event: React.KeyboardEvent) => {
      if (event.target !== event.currentTarget) return;
      if (event.key === "Enter") onOpen?.(row);
      if (event.key.toLowerCase() === "x" && !event.ctrlKey && !event.metaKey && !event.altKey) touch(row, event.shiftKey);
    },
  });
  const tick = (row: Row) => (
    <input type="checkbox" aria-label={t("markRow", { name: marking!.name(row) })} checked={marking!.marked.ids.has(id(row))} onClick={(event) => { event.stopPropagation(); touch(row, event.shiftKey); }} onChange={() => undefined} className="h-4 w-4 shrink-0 accent-[var(--accent)] pointer-coarse:h-6 pointer-coarse:w-6" />
  );
  const every = marking && rows.length > 0 && order.every((one) => marking.marked.ids.has(one));
  return (
    <div ref={box} className="card min-w-0">
      <div className="hidden overflow-x-auto sm:block" tabIndex={-1}>
        <table aria-label={label} aria-rowcount={rows.length + 1} className={cx("w-full border-separate border-spacing-0 text-table", widths && "table-fixed")}>
          <thead>
            <tr ref={head} aria-rowindex={1} className="text-left text-caption text-muted">
              {marking && <th scope="col" className="w-9 pl-3"><input type="checkbox" aria-label={t("markAll")} checked={every} onChange={() => marking.onChange(markAll(marking.marked, order))} className="block h-4 w-4 accent-[var(--accent)]" /></th>}
              {columns.map((column, at) => <th key={column.key} scope="col" style={{ width: widths?.[at + (marking ? 1 : 0)] }} className={cx("h-9 px-3 font-medium whitespace-nowrap", column.right && "text-right", column.wide && WIDE)}>{column.title}</th>)}
            </tr>
          </thead>
          <Blocks rows={rows} rowHeight={40} gap={(height) => <tbody aria-hidden><tr><td colSpan={columns.length + 1} style={{ height }} /></tr></tbody>}>{({ ref, rows: block, first }) => <tbody ref={ref}>
            {block.map((row, at) => (
              <tr key={id(row)} aria-rowindex={first + at + 2} {...rowProps(row)} aria-selected={selected === undefined ? undefined : selected === id(row)} className={cx("h-10 hover:bg-sunken focus-visible:-outline-offset-2", onOpen && "cursor-pointer", selected === id(row) && "bg-accent-soft")}>
                {marking && <td className="w-9 border-t border-line pl-3"><span className="flex items-center">{tick(row)}</span></td>}
                {columns.map((column) => <td key={column.key} className={cx(column.gives ? "w-1/4 max-w-0" : "max-w-80", "truncate border-t border-line px-3 py-1.5", column.right && "text-right tnum", column.wide && WIDE, column.width)}>{column.cell(row)}</td>)}
              </tr>
            ))}
          </tbody>}</Blocks>
        </table>
      </div>
      <div className="sm:hidden">
        <Blocks rows={rows} rowHeight={60} gap={(height) => <div aria-hidden style={{ height }} />}>{({ ref, rows: block }) => <ul ref={ref} aria-label={label} className="[&:last-child>li:last-child]:border-0">{block.map((row) => (
          <li key={id(row)} {...rowProps(row)} className="min-h-13 space-y-1 border-b border-line px-3 py-2 text-table">
            <div className="flex items-center justify-between gap-3"><span className="flex min-w-0 flex-wrap items-center gap-2 font-medium">{marking && tick(row)}{phoneCells(row, "main")}</span><span className="flex shrink-0 items-center gap-2 tnum">{phoneCells(row, "side")}</span></div>
            <div className="flex flex-wrap justify-between gap-x-3 text-caption text-muted">{phoneCells(row, "sub")}</div>
          </li>
        ))}</ul>}</Blocks>
      </div>
      {footer}
    </div>
  );
}

/** Columns of a long table keep the widths of its first rows: what comes and goes with scrolling does not move them. */
function useWidths(long: boolean, columns: number) {
  const head = useRef<HTMLTableRowElement>(null);
  const [widths, setWidths] = useState<string[] | null>(null);
  useLayoutEffect(() => {
    const found = [...(head.current?.cells ?? [])].map((cell) => cell.offsetWidth);
    const all = found.reduce((sum, one) => sum + one, 0);
    setWidths(long && all > 0 ? found.map((one) => (one > 0 ? `${(one / all) * 100}%` : "auto")) : null);
  }, [long, columns]);
  return { head, widths };
}

export function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

/** How many of how many, and the next page. */
export function TableFoot({ loaded, total, capped, onMore, onExport, busy }: { loaded: string; total: string; capped: boolean; onMore?: () => void; busy?: boolean; onExport?: (format: "csv" | "json") => void }) {
  const t = useUiTexts();
  return (
    <div className="flex min-h-10 flex-wrap items-center gap-3 border-t border-line px-3 py-1 text-caption text-muted">
      <span className="grow tnum">{t("loaded", { loaded, total: capped ? t("atLeast", { total }) : total })}</span>
      {onExport && <Button kind="quiet" className="!h-7" onClick={() => onExport("csv")}>{t("exportCsv")}</Button>}
      {onExport && <Button kind="quiet" className="!h-7" onClick={() => onExport("json")}>{t("exportJson")}</Button>}
      {onMore && <Button busy={busy} onClick={onMore} className="!h-7">{t("more")}</Button>}
    </div>
  );
}
