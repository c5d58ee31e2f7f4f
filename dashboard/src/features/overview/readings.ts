/** What a tile reads out of a period's sums: a number, or a share with its base. */
interface Sums { events: number; messages: Record<string, number> }
export interface Read {
  part: number;
  /** Of what it is a share; undefined for a plain number. */
  whole?: number;
  /** Unknown where there is nothing that it could be a share of. */
  share: number | null;
}

const REACHED = ["accepted", "sent", "delivered", "read"];
/** Messages that came at least that far; the statuses are exclusive. */
export function atLeast(messages: Record<string, number>, status: string): number {
  return REACHED.slice(REACHED.indexOf(status)).reduce((sum, one) => sum + (messages[one] ?? 0), 0);
}

const plain = (part: number): Read => ({ part, share: null });
const shareOf = (status: string) => ({ messages }: Sums): Read => {
  const [part, whole] = [atLeast(messages, status), atLeast(messages, "accepted")];
  return { part, whole, share: whole ? part / whole : null };
};

export const READINGS = {
  events: (sums: Sums) => plain(sums.events),
  accepted: ({ messages }: Sums) => plain(atLeast(messages, "accepted")),
  delivered: shareOf("delivered"),
  read: shareOf("read"),
  failed: ({ messages }: Sums) => plain(messages.failed ?? 0),
};
export type Reading = keyof typeof READINGS;
