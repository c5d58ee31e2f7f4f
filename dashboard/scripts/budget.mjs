// Fails the build when the first page, or any later chunk, is heavier on the wire than it may be (brotli).
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";

const KB = 1024;
const FIRST_PAGE = 215 * KB;
const CHUNK = 60 * KB;
const CHARTS = 110 * KB; // Recharts stands alone and comes after the first paint
const dist = new URL("../dist/", import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, "utf8"));
const weight = (file) => statSync(existsSync(`${dist}${file}.br`) ? `${dist}${file}.br` : `${dist}${file}`).size;

/** What a chunk needs before it runs: its imports, style sheets and the font. */
function needs(name, found = new Set()) {
  const chunk = manifest[name];
  if (!chunk || found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const file of [...(chunk.css ?? []), ...(chunk.assets ?? [])]) found.add(file);
  for (const other of chunk.imports ?? []) needs(other, found);
  return found;
}

const first = needs("index.html");
const total = [...first].reduce((sum, file) => sum + weight(file), 0);
console.log(`sign-in, shell and overview before charts: ${(total / KB).toFixed(1)} KB of ${FIRST_PAGE / KB}`);
let failed = total > FIRST_PAGE || first.size < 3;
for (const name of readdirSync(`${dist}assets`).filter((one) => one.endsWith(".js") && !first.has(`assets/${one}`))) {
  const limit = name.startsWith("charts-") ? CHARTS : CHUNK;
  if (weight(`assets/${name}`) <= limit) continue;
  console.error(`${name}: ${(weight(`assets/${name}`) / KB).toFixed(1)} KB, allowed are ${limit / KB}`);
  failed = true;
}
process.exit(failed ? 1 : 0);
