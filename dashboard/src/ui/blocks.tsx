/** Long lists in blocks of ten rows: those far from the screen are one empty box above and one below it, so that ten thousand rows scroll. */
import { memo, useCallback, useLayoutEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { chunks, shown, sum, type Span } from "./windowing";

const ROWS = 10;
/** Shorter lists stand there whole. */
export const SHORT = 50;
/** How far beyond the screen rows are ready where one scrolls to, more than a flick of the wheel goes in one frame, and where one comes from. */
const AHEAD_PX = 1_500;
const BEHIND_PX = 400;

type Draw<Row> = (block: { ref: (element: HTMLElement | null) => void; rows: Row[]; first: number }) => ReactNode;
interface Props<Row> {
  rows: Row[];
  /** How high a row is until one has been seen. */
  rowHeight: number;
  /** The box that stands for the blocks above or below. */
  gap: (height: number) => ReactNode;
  /** One block: its element gets the ref. */
  children: Draw<Row>;
}

export function Blocks<Row>({ rows, rowHeight, gap, children }: Props<Row>) {
  const blocks = useMemo(() => chunks(rows, ROWS), [rows]);
  const seen = useRef(new Map<number, number>());
  const elements = useRef(new Map<number, HTMLElement>());
  const before = useRef({ top: 0, up: false });
  const [span, setSpan] = useState<Span>({ from: 0, to: 0 });
  const whole = rows.length <= SHORT;
  // What was seen keeps its height; what was not is as high as the first rows were.
  const heights = useCallback(() => {
    const guess = (seen.current.get(0) ?? rowHeight * ROWS) / ROWS;
    return blocks.map((block, at) => seen.current.get(at) ?? guess * block.length);
  }, [blocks, rowHeight]);
  const look = useCallback(() => {
    let known: { at: number; top: number } | null = null;
    for (const [at, element] of elements.current) {
      const box = element.getBoundingClientRect();
      if (box.height === 0) return; // a list that is not displayed (the other one is) has no place
      seen.current.set(at, box.height);
      known ??= { at, top: box.top };
    }
    if (!known) return;
    const all = heights();
    const top = known.top - sum(all, 0, known.at);
    const up = top === before.current.top ? before.current.up : top > before.current.top;
    before.current = { top, up };
    const next = shown(all, top, innerHeight, up ? AHEAD_PX : BEHIND_PX, up ? BEHIND_PX : AHEAD_PX);
    setSpan((now) => (now.from === next.from && now.to === next.to ? now : next));
  }, [heights]);
  useLayoutEffect(() => {
    if (whole) return undefined;
    look();
    // Captured: the list may stand in a box that scrolls by itself.
    addEventListener("scroll", look, { capture: true, passive: true });
    addEventListener("resize", look);
    return () => {
      removeEventListener("scroll", look, { capture: true });
      removeEventListener("resize", look);
    };
  }, [look, whole]);
  const put = useCallback((at: number, element: HTMLElement | null) => {
    if (element) elements.current.set(at, element);
    else elements.current.delete(at);
  }, []);
  const from = whole ? 0 : Math.min(span.from, Math.max(0, blocks.length - 1));
  const to = whole ? blocks.length - 1 : Math.min(span.to, blocks.length - 1);
  const all = whole ? [] : heights();
  const above = sum(all, 0, from);
  const below = sum(all, to + 1, all.length);
  return (
    <>
      {above > 0 && gap(above)}
      {blocks.slice(from, to + 1).map((block, at) => <Block key={from + at} at={from + at} rows={block} put={put} draw={children as Draw<unknown>} />)}
      {below > 0 && gap(below)}
    </>
  );
}

/** Drawn again only when its rows, or how they look, have changed: not when others come and go. */
const Block = memo(function Block({ at, rows, put, draw }: { at: number; rows: unknown[]; put: (at: number, element: HTMLElement | null) => void; draw: Draw<unknown> }) {
  const ref = useCallback((element: HTMLElement | null) => put(at, element), [at, put]);
  return draw({ ref, rows, first: at * ROWS });
});
