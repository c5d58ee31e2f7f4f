/** The code that people paste is run, and what it would send is checked as the door checks it. */
import { execFileSync, spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { codeFor, SAMPLE, type CodeLanguage, type Target } from "./code";

const SECRET = "whsec_c2VncmVkby1kZS10ZXN0ZQ==";
const KEY = Buffer.from("c2VncmVkby1kZS10ZXN0ZQ==", "base64");
const target = (auth: Target["auth"], token = true): Target => ({ url: "http://127.0.0.1:9/api/v1/webhooks/incoming/x/t", source: "loja", token, auth });
const there = (command: string) => !spawnSync(command, ["--version"]).error;
const hmac = (key: string | Buffer, text: string, algorithm = "sha256", form: "hex" | "base64" = "hex") => createHmac(algorithm, key).update(text).digest(form);

/** Run a sample with the network replaced by a print; return what it would send. */
function sent(language: CodeLanguage, code: string): { headers: Record<string, string>; body: string } {
  const env = { ...process.env, WEBHOOK_SECRET: SECRET };
  if (language === "node") {
    const prelude = "globalThis.fetch = async (_, asked) => { console.log(JSON.stringify(asked)); return { status: 202, text: async () => '' }; };\n";
    return JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", code.replace(/^(import .*\n)?/, (imports) => imports + prelude)], { env, encoding: "utf8" }).split("\n")[0]!);
  }
  if (language === "python") {
    const prelude = "import json, urllib.request\nclass Answer:\n    status = 202\n    def __enter__(self): return self\n    def __exit__(self, *a): pass\n    def read(self): return b''\ndef told(request):\n    print(json.dumps({'headers': dict(request.header_items()), 'body': request.data.decode()}))\n    return Answer()\nurllib.request.urlopen = told\n";
    const found = JSON.parse(execFileSync("python3", ["-c", prelude + code], { env, encoding: "utf8" }).split("\n")[0]!);
    return { body: found.body, headers: Object.fromEntries(Object.entries(found.headers as Record<string, string>).map(([name, value]) => [name.toLowerCase(), value])) };
  }
  const words = execFileSync("bash", ["-c", `curl() { printf '%s\\0' "$@"; }\n${code}`], { env, encoding: "utf8" }).split("\0");
  const after = (flag: string) => words.flatMap((word, at) => (word === flag ? [words[at + 1]!] : []));
  return { body: after("-d")[0]!, headers: Object.fromEntries(after("-H").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)])) };
}

const LANGUAGES: [CodeLanguage, boolean][] = [["node", true], ["python", there("python3")], ["curl", there("openssl") && there("bash")]];

describe.each(LANGUAGES)("%s", (language, runs) => {
  const run = test.skipIf(!runs);
  const send = (auth: Target["auth"], token = true) => sent(language, codeFor(language, target(auth, token)));
  run("a token in the address needs no header; without one the source is named", () => {
    expect(send({ scheme: "token" })).toMatchObject({ body: SAMPLE, headers: { "content-type": "application/json" } });
    expect(send({ scheme: "none" }, false).headers["x-webhook-source"]).toBe("loja");
  });
  run("a token in a header", () => expect(send({ scheme: "token", header: "authorization", prefix: "Bearer " }).headers.authorization).toBe(`Bearer ${SECRET}`));
  run("timestamped", () => {
    const { headers, body } = send({ scheme: "timestamped" });
    expect(headers["x-webhook-signature"]).toBe(hmac(SECRET, `${headers["x-webhook-timestamp"]}.${body}`));
    expect(Math.abs(Number(headers["x-webhook-timestamp"]) - Date.now() / 1000)).toBeLessThan(60);
  });
  run("Standard Webhooks", () => {
    const { headers, body } = send({ scheme: "standard" });
    expect(headers["webhook-signature"]).toBe(`v1,${hmac(KEY, `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`, "sha256", "base64")}`);
  });
  run("Meta's", () => expect(send({ scheme: "meta" }).headers["x-hub-signature-256"]).toBe(`sha256=${hmac(SECRET, SAMPLE)}`));
  run("any header, algorithm and encoding", () => expect(send({ scheme: "plain", header: "x-assinatura", algorithm: "sha512", encoding: "base64", prefix: "v=" }).headers["x-assinatura"]).toBe(`v=${hmac(SECRET, SAMPLE, "sha512", "base64")}`));
});
