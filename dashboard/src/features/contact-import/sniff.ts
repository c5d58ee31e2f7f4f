/** A first look at a file before it is sent: what cannot be a CSV is told at once. Parsing is the server's. */
export const SNIFFED = 262_144;
export const MOST_BYTES = 536_870_912;
export type Trouble = "empty" | "tooLarge" | "workbook" | "binary";

const WORKBOOKS = [[0x50, 0x4b, 0x03, 0x04], [0xd0, 0xcf, 0x11, 0xe0]];
const starts = (bytes: Uint8Array, mark: number[]) => mark.every((byte, at) => bytes[at] === byte);

/** `head` is the file's beginning, at most 256 KB of it. */
export function troubleOf(head: Uint8Array, size: number): Trouble | null {
  if (size === 0) return "empty";
  if (size > MOST_BYTES) return "tooLarge";
  if (WORKBOOKS.some((mark) => starts(head, mark))) return "workbook";
  const utf16 = starts(head, [0xff, 0xfe]) || starts(head, [0xfe, 0xff]);
  return !utf16 && head.includes(0) ? "binary" : null;
}

export async function sniff(file: Blob): Promise<Trouble | null> {
  return troubleOf(new Uint8Array(await file.slice(0, SNIFFED).arrayBuffer()), file.size);
}
