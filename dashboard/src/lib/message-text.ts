/** The text of a message: `{{variable|filter}}` as the API reads it, and WhatsApp's marks. Nothing here makes HTML. */
export interface Variable { source: string; variable: string; filters: { name: string; argument: string | null }[] }
export type Piece = { kind: "text"; text: string } | ({ kind: "variable" } & Variable) | { kind: "broken"; text: string };

export const FILTERS = ["money", "date", "time", "datetime", "first_name", "title", "upper", "lower", "digits", "truncate", "default"] as const;
const QUOTES: Record<string, string> = { '"': '"', "'": "'", "“": "”" };
const LONGEST = 300;

/** Positions outside quoted arguments; a quote opens only behind a colon, so that "d'água" is plain. */
function* outside(text: string, from: number, to: number): Generator<number> {
  let closing = "";
  let afterColon = false;
  for (let at = from; at < to; at++) {
    const letter = text[at]!;
    if (closing) { if (letter === closing) closing = ""; continue; }
    if (afterColon && letter in QUOTES) { closing = QUOTES[letter]!; afterColon = false; continue; }
    yield at;
    afterColon = letter === ":" || (afterColon && /\s/.test(letter));
  }
}

function splitAt(source: string, separator: string): string[] {
  const parts: string[] = [];
  let from = 0;
  for (const at of outside(source, 0, source.length)) if (source[at] === separator) { parts.push(source.slice(from, at)); from = at + 1; }
  return [...parts, source.slice(from)];
}

function filterOf(call: string): { name: string; argument: string | null } {
  const colon = call.indexOf(":");
  if (colon < 0) return { name: call.trim(), argument: null };
  const argument = call.slice(colon + 1).trim();
  const quoted = argument.length >= 2 && QUOTES[argument[0]!] === argument.at(-1);
  return { name: call.slice(0, colon).trim(), argument: quoted ? argument.slice(1, -1) : argument };
}

/** A text in pieces that, put together, are the text again. What is not closed is one broken piece to the end of its line. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  for (let start = text.indexOf("{{"); start >= 0; start = text.indexOf("{{", from)) {
    if (start > from) pieces.push({ kind: "text", text: text.slice(from, start) });
    let end = -1;
    for (const at of outside(text, start + 2, Math.min(text.length, start + 2 + LONGEST))) if (text.startsWith("}}", at)) { end = at; break; }
    if (end < 0) {
      const line = text.indexOf("\n", start);
      from = line < 0 ? text.length : line;
      pieces.push({ kind: "broken", text: text.slice(start, from) });
      continue;
    }
    const [variable = "", ...calls] = splitAt(text.slice(start + 2, end), "|").map((part) => part.trim());
    pieces.push({ kind: "variable", source: text.slice(start, end + 2), variable, filters: calls.map(filterOf) });
    from = end + 2;
  }
  if (from < text.length) pieces.push({ kind: "text", text: text.slice(from) });
  return pieces;
}

export const sourceOf = (piece: Piece): string => (piece.kind === "variable" ? piece.source : piece.text);

/** Whether an expression names nothing that exists: `known` are the canonical fields; paths are the payload's own. */
export function isKnown(one: Variable, known: ReadonlySet<string>): boolean {
  return (one.variable.startsWith("$") || known.has(one.variable)) && one.filters.every((filter) => (FILTERS as readonly string[]).includes(filter.name));
}

/** What WhatsApp shows of a text: marks open before a letter and close behind one, within a line. */
export type Mark = "bold" | "italic" | "strike" | "code" | "mono" | "quote";
export type Shown = { kind: "text"; text: string } | { kind: "hole"; name: string } | { kind: Mark; children: Shown[] };

const MARKS: Record<string, Mark> = { "*": "bold", _: "italic", "~": "strike" };
/** Stands where a value is missing, from a private plane that no message holds. */
const HOLE = "\uE000";

const edge = (letter: string | undefined) => letter === undefined || !/[\p{L}\p{N}]/u.test(letter);
const blank = (letter: string | undefined) => letter === undefined || /\s/.test(letter);

function closing(text: string, mark: string, from: number): number {
  for (let at = text.indexOf(mark, from + 1); at > 0; at = text.indexOf(mark, at + 1))
    if (at > from + 1 && !blank(text[at - 1]) && (edge(text[at + 1]) || text[at + 1] === mark)) return at;
  return -1;
}

function inline(text: string, holes: string[]): Shown[] {
  const shown: Shown[] = [];
  let plain = "";
  const flush = () => { if (plain) shown.push({ kind: "text", text: plain }); plain = ""; };
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!;
    if (letter === HOLE) { flush(); shown.push({ kind: "hole", name: holes.shift() ?? "" }); continue; }
    if (letter === "`") {
      const end = text.indexOf("`", at + 1);
      if (end > at + 1) { flush(); shown.push({ kind: "code", children: verbatim(text.slice(at + 1, end), holes) }); at = end; continue; }
    }
    const mark = MARKS[letter];
    const end = mark && edge(text[at - 1]) && !blank(text[at + 1]) ? closing(text, letter, at) : -1;
    if (mark && end > 0) { flush(); shown.push({ kind: mark, children: inline(text.slice(at + 1, end), holes) }); at = end; continue; }
    plain += letter;
  }
  flush();
  return shown;
}

function verbatim(text: string, holes: string[]): Shown[] {
  return text.split(HOLE).flatMap((part, at): Shown[] => [...(at > 0 ? [{ kind: "hole" as const, name: holes.shift() ?? "" }] : []), ...(part ? [{ kind: "text" as const, text: part }] : [])]);
}

function lines(text: string, holes: string[]): Shown[] {
  return text.split("\n").flatMap((line, at): Shown[] => {
    const quote = /^> ?(.+)$/.exec(line);
    const made: Shown[] = quote ? [{ kind: "quote", children: inline(quote[1]!, holes) }] : inline(line, holes);
    return at > 0 ? [{ kind: "text", text: "\n" }, ...made] : made;
  });
}

/** A filled text as nodes; three backticks hold text as it is, over lines too. */
export function shownOf(text: string, missing: string[] = []): Shown[] {
  const holes = [...missing];
  const shown: Shown[] = [];
  let from = 0;
  for (let start = text.indexOf("```"); start >= 0; start = text.indexOf("```", from)) {
    const end = text.indexOf("```", start + 3);
    if (end <= start + 3) break;
    if (start > from) shown.push(...lines(text.slice(from, start), holes));
    shown.push({ kind: "mono", children: verbatim(text.slice(start + 3, end), holes) });
    from = end + 3;
  }
  if (from < text.length || !shown.length) shown.push(...lines(text.slice(from), holes));
  return shown;
}

/** A text with its values in place, in the order of its expressions; null leaves a hole with the variable's name. */
export function filledOf(text: string, values: (string | null | undefined)[]): Shown[] {
  const holes: string[] = [];
  let at = 0;
  const filled = piecesOf(text.replaceAll(HOLE, "")).map((piece) => {
    if (piece.kind !== "variable") return piece.text;
    const value = values[at++];
    if (value != null) return value.replaceAll(HOLE, "");
    holes.push(piece.variable);
    return HOLE;
  });
  return shownOf(filled.join(""), holes);
}
