/** Long lists in blocks of twenty-five: a block far from the screen is an empty box as high as it was, so that ten thousand rows scroll. */
import { useEffect, useRef, useState, type ReactNode, type RefObject } from "react";

export const BLOCK = 25;
const NEAR = "1500px 0px";

interface Props<Row> {
  rows: Row[];
  /** How high a row is until a block has been seen. */
  rowHeight: number;
  /** One block: its element gets the ref; without rows it is a box of that height. */
  children: (block: { ref: RefObject<never>; rows: Row[] | null; height: number; first: number }) => ReactNode;
}

export function Blocks<Row>({ rows, rowHeight, children }: Props<Row>) {
  const count = Math.ceil(rows.length / BLOCK);
  return Array.from({ length: count }, (_, number) => {
    const first = number * BLOCK;
    return <Block key={number} rows={rows.slice(first, first + BLOCK)} first={first} rowHeight={rowHeight} alone={rows.length <= 2 * BLOCK}>{children}</Block>;
  });
}

function Block<Row>({ rows, first, rowHeight, alone, children }: Props<Row> & { first: number; alone: boolean }) {
  const ref = useRef<HTMLElement>(null);
  const [near, setNear] = useState(first === 0);
  const [height, setHeight] = useState(0);
  useEffect(() => {
    if (alone || !ref.current || typeof IntersectionObserver === "undefined") return;
    const watch = new IntersectionObserver(([entry]) => {
      if (!entry) return;
      // A list that is not displayed has no height: what it was stays known.
      if (!entry.isIntersecting && entry.boundingClientRect.height > 0) setHeight(entry.boundingClientRect.height);
      setNear(entry.isIntersecting);
    }, { rootMargin: NEAR });
    watch.observe(ref.current);
    return () => watch.disconnect();
  }, [alone]);
  return children({ ref: ref as RefObject<never>, rows: alone || near ? rows : null, height: height || rows.length * rowHeight, first });
}
