/** An event of the live feed. Every update brings the list anew: a line is drawn again only where its event has changed. */
export interface Item { id: string; event_type?: string; source?: string; state: string; customer_name?: string; customer_phone?: string; order_value?: string; created_at: string; messages: { id: string; status: string; at_ms?: number }[] }

export function sameItem(one: Item, other: Item): boolean {
  if (one === other) return true;
  if (one.id !== other.id || one.state !== other.state || one.event_type !== other.event_type || one.customer_name !== other.customer_name || one.customer_phone !== other.customer_phone || one.order_value !== other.order_value || one.messages.length !== other.messages.length) return false;
  return one.messages.every((message, at) => message.id === other.messages[at]!.id && message.status === other.messages[at]!.status && message.at_ms === other.messages[at]!.at_ms);
}
