/** The four first steps and the command that does each, filled with what the steps before it made. */
export const STEPS = ["number", "webhook", "rule", "read"] as const;
export type Step = (typeof STEPS)[number];
/** The number's id and the webhook's address where there is one; whether there is a rule, and a message that was read. */
export interface Done { number: string | null; webhook: string | null; rule: boolean; read: boolean }

export function nextStep(done: Done): Step | null {
  if (done.number === null) return "number";
  if (done.webhook === null) return "webhook";
  if (!done.rule) return "rule";
  return done.read ? null : "read";
}

const quoted = (text: string) => `'${text.replace(/'/g, `'\\''`)}'`;
const post = (url: string, body: unknown, key: boolean) =>
  [`curl -X POST ${quoted(url)}`, ...(key ? ['-H "Authorization: Bearer $MASTERIA_KEY"'] : []), "-H 'content-type: application/json'", `-d ${quoted(JSON.stringify(body))}`].join(" \\\n  ");

export function commands(origin: string, company: string, done: Done): Record<Step, string> {
  const api = `${origin}/api/v1`;
  return {
    number: post(`${api}/sessions`, { name: "Vendas", transport: "cloud", phone: "+5511900000001", phone_number_id: "ID_DO_NUMERO", waba_id: "ID_DA_CONTA", token: "TOKEN_DA_META" }, true),
    webhook: post(`${api}/webhooks`, { name: "Loja", source: "grapfy" }, true),
    rule: post(`${api}/rules`, { name: "Pedido aprovado", trigger: { event_type: "order_approved" }, action: { send: { session_id: done.number ?? "ID_DO_NUMERO", text: "Olá, {{customer_name|first_name}}! Recebemos seu pedido." } } }, true),
    read: post(done.webhook ?? `${api}/webhooks/incoming/${company}`, { event: "order_approved", id: "teste-1", customer: { name: "Ana", phone: "+5511900000001" }, order_id: "1001", value: "97.00" }, false),
  };
}
