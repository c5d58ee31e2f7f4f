/** Which part of a long list is drawn. Plain numbers; ui/blocks.tsx measures and draws. */
export interface Span { from: number; to: number }

/** A list in pieces of at most `size`. */
export function chunks<Row>(rows: Row[], size: number): Row[][] {
  return Array.from({ length: Math.ceil(rows.length / size) }, (_, at) => rows.slice(at * size, (at + 1) * size));
}

/** The heights from one block to before another. */
export function sum(heights: number[], from: number, to: number): number {
  let all = 0;
  for (let at = from; at < to; at += 1) all += heights[at] ?? 0;
  return all;
}

/**
 * The blocks that are on the screen, or near it; always at least one, so that there is something to measure.
 * `top` is where the list begins, seen from the screen's upper edge; `above` and `below` are what counts as near.
 */
export function shown(heights: number[], top: number, screen: number, above: number, below = above): Span {
  const last = Math.max(0, heights.length - 1);
  let from = 0;
  let at = top;
  while (from < last && at + heights[from]! < -above) at += heights[from++]!;
  let to = from;
  while (to < last && at + heights[to]! < screen + below) at += heights[to++]!;
  return { from, to };
}
