import type { FilterField } from "./filters";

/** The value behind a typed title; anything else is meant as it was typed. */
export function meant(field: FilterField, text: string): string {
  return field.suggestions?.find((one) => one.title.toLowerCase() === text.toLowerCase())?.value ?? text;
}
