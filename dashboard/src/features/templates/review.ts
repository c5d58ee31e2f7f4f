/** A template as WhatsApp reviews it: the body with numbered variables, header, footer and buttons, the limits of each. */
import { piecesOf, type Variable } from "../../lib/message-text";

export const MOST = { header: 60, body: 1024, footer: 60, button: 25, buttons: 10, plain: 4096 } as const;
export interface ReviewButton { text: string; url: string }
export interface Extras { header: string; footer: string; buttons: ReviewButton[] }
export const NO_EXTRAS: Extras = { header: "", footer: "", buttons: [] };

const QUOTES: [string, string][] = [['"', '"'], ["'", "'"], ["“", "”"]];

/** One spelling for all ways of writing the same expression, as the API tells repeated ones. */
export function writtenOf(one: Variable): string {
  return [one.variable, ...one.filters.map(({ name, argument }) => {
    if (argument === null) return name;
    const [open, close] = QUOTES.find(([, end]) => !argument.includes(end)) ?? QUOTES[0]!;
    return `${name}:${open}${argument}${close}`;
  })].join("|");
}

/** The body as WhatsApp knows it, and the expressions behind its numbers. */
export function positionalOf(body: string): { text: string; expressions: string[] } {
  const expressions: string[] = [];
  const text = piecesOf(body).map((piece) => {
    if (piece.kind !== "variable") return piece.text;
    const written = writtenOf(piece);
    if (!expressions.includes(written)) expressions.push(written);
    return `{{${expressions.indexOf(written) + 1}}}`;
  });
  return { text: text.join(""), expressions };
}

export const hasExtras = (extras: Extras) => Boolean(extras.header.trim() || extras.footer.trim() || extras.buttons.length);

/** WhatsApp's own components; only what is there. */
export function componentsOf(body: string, examples: string[], extras: Extras): Record<string, unknown>[] {
  const { text, expressions } = positionalOf(body);
  return [
    ...(extras.header.trim() ? [{ type: "HEADER", format: "TEXT", text: extras.header.trim() }] : []),
    { type: "BODY", text, ...(expressions.length ? { example: { body_text: [examples.slice(0, expressions.length)] } } : {}) },
    ...(extras.footer.trim() ? [{ type: "FOOTER", text: extras.footer.trim() }] : []),
    ...(extras.buttons.length ? [{ type: "BUTTONS", buttons: extras.buttons.map((one) => (one.url.trim() ? { type: "URL", text: one.text, url: one.url.trim() } : { type: "QUICK_REPLY", text: one.text })) }] : []),
  ];
}

const nameOf = (company: string, template: string) => `masteria.template-review.${company}.${template}`;

/** Header, footer and buttons are WhatsApp's once they are handed in; until then this browser remembers them. */
export function keepExtras(company: string, template: string, extras: Extras): void {
  try { localStorage.setItem(nameOf(company, template), JSON.stringify(extras)); } catch { /* they hold for this visit */ }
}

export function keptExtras(company: string, template: string): Extras {
  try { return { ...NO_EXTRAS, ...(JSON.parse(localStorage.getItem(nameOf(company, template)) ?? "{}") as Partial<Extras>) }; } catch { return NO_EXTRAS; }
}
