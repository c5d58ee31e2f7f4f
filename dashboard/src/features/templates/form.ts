/** A template while it is edited. */
import type { Template, TemplateInput } from "../../api/schema.gen";
import { piecesOf } from "../../lib/message-text";

export interface TemplateForm { name: string; kind: "plain" | "meta"; language: string; category: "utility" | "marketing" | "authentication"; body: string; defaults: Record<string, string> }
export const NEW_TEMPLATE: TemplateForm = { name: "", kind: "plain", language: "pt_BR", category: "utility", body: "", defaults: {} };

export const formOf = (template: Template): TemplateForm => ({ name: template.name, kind: template.kind, language: template.language, category: template.category, body: template.body, defaults: template.defaults });

/** The variables of a text, once each, that neither a filter nor anything else gives a value when they have none. */
export function openVariables(body: string): string[] {
  const pieces = piecesOf(body).flatMap((piece) => (piece.kind === "variable" && piece.variable && !piece.filters.some((one) => one.name === "default") ? [piece.variable] : []));
  return [...new Set(pieces)];
}

/** Defaults of variables that are no longer in the text are let go, and blank ones are none. */
export function bodyOf(form: TemplateForm, isNew: boolean): TemplateInput {
  const open = new Set(openVariables(form.body));
  const defaults = Object.fromEntries(Object.entries(form.defaults).filter(([name, text]) => open.has(name) && text.trim() !== ""));
  // A new one of WhatsApp's kind waits until it was handed in; else it would count as approved.
  return { ...form, name: form.name.trim(), defaults, ...(isNew && form.kind === "meta" ? { status: "draft" } : {}) };
}
