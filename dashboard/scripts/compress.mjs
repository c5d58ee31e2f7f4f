// Writes .br and .gz beside every file of dist that gets smaller by it; the gateway serves what the browser takes.
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url).pathname;
for (const name of readdirSync(dist, { recursive: true })) {
  const path = join(dist, name);
  // index.html is written anew at each answer (its nonce) and is compressed there, if at all.
  if (!statSync(path).isFile() || !/\.(js|css|svg|json)$/.test(name)) continue;
  const bytes = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  for (const [suffix, made] of [["br", brotliCompressSync(bytes, { params })], ["gz", gzipSync(bytes, { level: 9 })]])
    if (made.length < bytes.length * 0.95) writeFileSync(`${path}.${suffix}`, made);
}
