/** What somebody chose about a file so far: it lives in the URL, so that a reload or a shared link loses nothing of it. */
import type { Search } from "../../lib/search";

export const ENCODINGS = ["utf-8", "cp1252"] as const;
export const DELIMITERS = [";", ",", "\t", "|"] as const;
export type Encoding = (typeof ENCODINGS)[number];
export type Delimiter = (typeof DELIMITERS)[number];
export type Target = string | null;

export interface Draft {
  /** What is absent is as the server guessed it. */
  encoding?: Encoding;
  delimiter?: Delimiter;
  header?: boolean;
  mapping?: Target[];
  mode: "update" | "skip";
  list?: string;
  /** A list that is made when the import begins. */
  newList?: string;
  tags: string;
  source: string;
  purpose: "marketing" | "transactional" | "all";
  /** The day on which they agreed: 2026-11-22. */
  day?: string;
}

// Words for the URL: a delimiter in it is hard to read, and a tab is easily lost.
const DELIMITER_WORDS: Record<Delimiter, string> = { ";": "semicolon", ",": "comma", "\t": "tab", "|": "pipe" };
export const DRAFT_NAMES = ["encoding", "delimiter", "header", "mapping", "mode", "list", "new_list", "tags", "source", "purpose", "day"] as const;

export function draftOf(search: Search): Draft {
  const delimiter = DELIMITERS.find((one) => DELIMITER_WORDS[one] === search.delimiter);
  const encoding = ENCODINGS.find((one) => one === search.encoding);
  const mapping = mappingOf(search.mapping);
  return {
    ...(encoding ? { encoding } : {}), ...(delimiter ? { delimiter } : {}),
    ...(search.header === "yes" || search.header === "no" ? { header: search.header === "yes" } : {}),
    ...(mapping ? { mapping } : {}),
    mode: search.mode === "skip" ? "skip" : "update",
    ...(search.list ? { list: search.list } : {}), ...(search.new_list ? { newList: search.new_list } : {}),
    tags: search.tags ?? "", source: search.source ?? "",
    purpose: search.purpose === "transactional" || search.purpose === "all" ? search.purpose : "marketing",
    ...(search.day && /^\d{4}-\d{2}-\d{2}$/.test(search.day) ? { day: search.day } : {}),
  };
}

/** The same for the URL; undefined takes a name out of it. */
export function searchOf(draft: Draft): Record<(typeof DRAFT_NAMES)[number], string | undefined> {
  return {
    encoding: draft.encoding, delimiter: draft.delimiter && DELIMITER_WORDS[draft.delimiter],
    header: draft.header === undefined ? undefined : draft.header ? "yes" : "no",
    mapping: draft.mapping && JSON.stringify(draft.mapping),
    mode: draft.mode === "skip" ? "skip" : undefined, list: draft.list, new_list: draft.newList,
    tags: draft.tags || undefined, source: draft.source || undefined,
    purpose: draft.purpose === "marketing" ? undefined : draft.purpose, day: draft.day,
  };
}

function mappingOf(text: string | undefined): Target[] | undefined {
  if (!text) return undefined;
  try {
    const found: unknown = JSON.parse(text);
    if (Array.isArray(found) && found.every((one) => one === null || typeof one === "string")) return found as Target[];
  } catch {
    /* somebody wrote into the address: the guess counts */
  }
  return undefined;
}

/** Another format has other columns: what they meant does not hold for them. */
export function withFormat(draft: Draft, change: Pick<Draft, "encoding" | "delimiter" | "header">): Draft {
  return { ...draft, ...change, mapping: undefined };
}

export function withTarget(draft: Draft, shown: Target[], column: number, target: Target): Draft {
  // A meaning is taken over from the column that had it, so that none is there twice.
  return { ...draft, mapping: shown.map((one, at) => (at === column ? target : target !== null && one === target ? null : one)) };
}

/** What the preview takes. */
export function formatBody(draft: Draft): { encoding?: Encoding; delimiter?: Delimiter; header?: boolean; mapping?: Target[] } {
  const { encoding, delimiter, header, mapping } = draft;
  return { ...(encoding ? { encoding } : {}), ...(delimiter ? { delimiter } : {}), ...(header === undefined ? {} : { header }), ...(mapping ? { mapping } : {}) };
}

/** What the start takes. */
export function startBody(draft: Draft, listId: string | undefined, now: number) {
  const noon = draft.day ? Date.parse(`${draft.day}T12:00:00Z`) : Number.NaN;
  const tags = draft.tags.split(",").map((one) => one.trim()).filter(Boolean);
  // Noon of today may be ahead; today is now.
  const today = draft.day === new Date(now).toISOString().slice(0, 10) && noon > now;
  return {
    ...formatBody(draft), mode: draft.mode,
    ...(listId ? { list_ids: [listId] } : {}), ...(tags.length ? { tags } : {}),
    consent: { source: draft.source.trim(), purpose: draft.purpose, ...(Number.isNaN(noon) || today ? {} : { at: new Date(noon).toISOString() }) },
  };
}

/** A custom field's name out of a column's: "Data de Nascimento" is data_de_nascimento. The server checks it. */
export function fieldName(text: string): string {
  return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 60) || "campo";
}
