/** PIX codes (BR Code): the EMV fields and their checksum, read as strictly as the API reads them before it sends one. */
export interface BrCode { key: string | null; url: string | null; amount: string | null; merchant: string; city: string; txid: string | null }
export type BrProblem = "empty" | "too_long" | "structure" | "checksum_missing" | "checksum" | "no_pix_account" | "amount";

const bytes = new TextEncoder();

/** CRC16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, not reflected. */
export function crc16(text: string): string {
  let crc = 0xffff;
  for (const byte of bytes.encode(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc.toString(16).toUpperCase().padStart(4, "0");
}

/** Two-digit id, two-digit length in characters, value; null where that is broken. */
function fieldsOf(text: string): Map<string, string> | null {
  const letters = [...text];
  const fields = new Map<string, string>();
  for (let at = 0; at < letters.length; ) {
    const id = letters.slice(at, at + 2).join("");
    const length = letters.slice(at + 2, at + 4).join("");
    if (!/^\d\d$/.test(id) || !/^\d\d$/.test(length) || fields.has(id)) return null;
    const end = at + 4 + Number(length);
    if (end > letters.length) return null;
    fields.set(id, letters.slice(at + 4, end).join(""));
    at = end;
  }
  return fields;
}

export function readBrCode(given: string): BrCode | BrProblem {
  const text = given.trim();
  if (!text) return "empty";
  if ([...text].length > 1024) return "too_long";
  const fields = fieldsOf(text);
  if (!fields || fields.get("00") !== "01") return text.endsWith("6304") ? "checksum_missing" : "structure";
  if ([...fields.keys()].at(-1) !== "63" || fields.get("63")!.length !== 4) return "checksum_missing";
  if (!text.slice(0, -4).endsWith("6304") || crc16(text.slice(0, -4)) !== text.slice(-4).toUpperCase()) return "checksum";
  let account: Map<string, string> | null = null;
  for (let id = 26; id < 52 && !account; id++) {
    const found = fields.has(String(id)) ? fieldsOf(fields.get(String(id))!) : null;
    if (found?.get("00")?.toLowerCase() === "br.gov.bcb.pix") account = found;
  }
  const key = account?.get("01") ?? null, url = account?.get("25") ?? null;
  if (!account || fields.get("53") !== "986" || fields.get("58") !== "BR" || (key === null) === (url === null)) return "no_pix_account";
  const amount = fields.get("54") ?? null;
  if (amount !== null && !/^\d+(\.\d{1,2})?$/.test(amount)) return "amount";
  const more = fields.has("62") ? fieldsOf(fields.get("62")!) : new Map<string, string>();
  if (!more || !fields.has("59") || !fields.has("60")) return "structure";
  const txid = more.get("05") ?? null;
  return { key, url, amount, merchant: fields.get("59")!, city: fields.get("60")!, txid: txid === "***" ? null : txid };
}
