/** What a filter's value is called, and what is meant by what was typed. */

export interface FilterOption { value: string; title: string; /** When it was made: told where two have one title. */ at?: string }

export interface FilterField {
  name: string;
  title: string;
  /** What one chooses from. */
  options?: FilterOption[];
  /** Whether an id may be typed that is none of the options: older, or gone. */
  other?: boolean;
  /** Values that one may type or pick; what is typed may be a title or its beginning, or something of one's own. */
  suggestions?: FilterOption[];
  placeholder?: string;
  /** A value in words, where it is none of the options. */
  show?: (value: string) => string;
}

/** The value behind a typed title, or behind the only one that begins so; anything else is meant as it was typed. */
export function meant(field: FilterField, text: string): string {
  const offered = field.suggestions ?? [];
  if (offered.some((one) => one.value === text)) return text;
  const typed = text.toLowerCase();
  const whole = offered.find((one) => one.title.toLowerCase() === typed);
  const begun = offered.filter((one) => one.title.toLowerCase().startsWith(typed));
  return whole?.value ?? (begun.length === 1 ? begun[0]!.value : text);
}

/** What a value is called; of an id that has no name its end. */
export function called(field: FilterField, value: string): string {
  return field.options?.find((one) => one.value === value)?.title ?? field.show?.(value) ?? (field.other && value.length > 12 ? `…${value.slice(-6)}` : value);
}

/** Options as they are offered: where titles repeat, with the day. */
export function told(options: FilterOption[], day: (at: Date) => string): FilterOption[] {
  const times = new Map<string, number>();
  for (const { title } of options) times.set(title, (times.get(title) ?? 0) + 1);
  return options.map((one) => (one.at && times.get(one.title)! > 1 ? { ...one, title: `${one.title} · ${day(new Date(one.at))}` } : one));
}
