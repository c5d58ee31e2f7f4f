/** Which rows of a list are marked for a bulk action: by id, kept while more pages are loaded. */
export interface Marked { ids: ReadonlySet<string>; last: string | null }

export const NOBODY: Marked = { ids: new Set(), last: null };

/** Mark a row or take its mark away; `through` does the same to all from the last one touched up to it. */
export function mark(marked: Marked, id: string, order: readonly string[], through = false): Marked {
  const ids = new Set(marked.ids);
  const on = !ids.has(id);
  const from = through && marked.last !== null ? order.indexOf(marked.last) : -1;
  const to = order.indexOf(id);
  const touched = from < 0 || to < 0 ? [id] : order.slice(Math.min(from, to), Math.max(from, to) + 1);
  for (const one of touched) {
    if (on) ids.add(one);
    else ids.delete(one);
  }
  return { ids, last: id };
}

/** Mark all that are loaded; where all are marked, none. */
export function markAll(marked: Marked, order: readonly string[]): Marked {
  const all = order.length > 0 && order.every((id) => marked.ids.has(id));
  return all ? NOBODY : { ids: new Set([...marked.ids, ...order]), last: null };
}
