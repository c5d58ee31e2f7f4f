/** The list as of this moment: what was read, moved on by what the live feed told since. */
export interface Moving { id: string; version: number; state: string; assignee_id: string | null; session_id: string; unread: number; waiting_since: string | null; last_at: string; intent: string | null; name: string | null; phone: string }
export interface Filters { state?: string; assignee_id?: string; session_id?: string; unread?: string; intent?: string; q?: string; order?: string }

/** Whether a conversation belongs into a list; `me` is who looks at it. */
export function fits(one: Moving, filters: Filters, me: string | null): boolean {
  if (filters.state && one.state !== filters.state) return false;
  if (filters.assignee_id === "me" ? one.assignee_id !== me : filters.assignee_id === "nobody" ? one.assignee_id !== null : filters.assignee_id && one.assignee_id !== filters.assignee_id) return false;
  if (filters.session_id && one.session_id !== filters.session_id) return false;
  if (filters.unread === "true" && one.unread === 0) return false;
  if (filters.intent && one.intent !== filters.intent) return false;
  if (filters.order === "waiting" && one.waiting_since === null) return false;
  if (filters.q) {
    const digits = filters.q.replace(/\D/g, "");
    // A whole number, as the API takes it: who is shown numbers masked finds nobody digit by digit.
    if (!(one.name ?? "").toLowerCase().includes(filters.q.toLowerCase()) && !(digits.length >= 10 && one.phone.endsWith(digits))) return false;
  }
  return true;
}

const byLast = (one: Moving, other: Moving) => (one.last_at === other.last_at ? (one.id < other.id ? 1 : -1) : one.last_at < other.last_at ? 1 : -1);
const byWaiting = (one: Moving, other: Moving) => ((one.waiting_since ?? "") === (other.waiting_since ?? "") ? (one.id < other.id ? -1 : 1) : (one.waiting_since ?? "") < (other.waiting_since ?? "") ? -1 : 1);

/** What came live replaces what was read where it is newer, joins where it fits, and leaves where it no longer does. */
export function merged<Row extends Moving>(read: Row[], told: Row[], filters: Filters, me: string | null, more: boolean): Row[] {
  const newest = new Map(read.map((one) => [one.id, one]));
  const order = filters.order === "waiting" ? byWaiting : byLast;
  const last = read.at(-1);
  for (const one of told) {
    const known = newest.get(one.id);
    if (known && known.version >= one.version) continue;
    // Behind the last row that was read others may stand that were not: it comes with its page.
    if (!known && more && last && order(last, one) < 0) continue;
    newest.set(one.id, known ? { ...known, ...one } : one);
  }
  return [...newest.values()].filter((one) => fits(one, filters, me)).sort(order);
}
