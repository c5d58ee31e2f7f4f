/** What a sender has to do, ready to paste: curl, Node and Python, signed by the webhook's own scheme. */
export interface Target { url: string | null; source: string; token: boolean; auth: Record<string, unknown> & { scheme: string } }
export type CodeLanguage = "curl" | "node" | "python";

export const SAMPLE = '{"event":"order_approved","id":"teste-1","customer":{"name":"Ana","phone":"+5511900000001"},"order_id":"1001","value":"97.00"}';

interface Plan {
  /** Headers whose values are text as it stands. */
  fixed: [string, string][];
  /** The header that carries the token itself. */
  token?: [string, string];
  kind: "timestamped" | "standard" | "plain" | null;
  header: string;
  prefix: string;
  algorithm: string;
  base64: boolean;
}

function planOf({ auth, source, token }: Target): Plan {
  const own = typeof auth.header === "string" && auth.header ? auth.header : "";
  const prefix = typeof auth.prefix === "string" ? auth.prefix : "";
  const plan: Plan = { fixed: [["content-type", "application/json"]], kind: null, header: "", prefix: "", algorithm: "sha256", base64: false };
  if (!token) plan.fixed.push(["x-webhook-source", source]);
  if (auth.scheme === "token" && own) plan.token = [own, prefix];
  if (auth.scheme === "timestamped") return { ...plan, kind: "timestamped", header: own || "x-webhook-signature" };
  if (auth.scheme === "standard") return { ...plan, kind: "standard", header: own || "webhook-signature", base64: true };
  if (auth.scheme === "meta") return { ...plan, kind: "plain", header: own || "x-hub-signature-256", prefix: "sha256=" };
  if (auth.scheme === "plain") return { ...plan, kind: "plain", header: own, prefix, algorithm: String(auth.algorithm ?? "sha256"), base64: auth.encoding === "base64" };
  return plan;
}

export const needsSecret = (target: Target): boolean => planOf(target).kind !== null || planOf(target).token !== undefined;

export function codeFor(language: CodeLanguage, target: Target): string {
  const plan = planOf(target);
  return { curl, node, python }[language](plan, target.url);
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

function curl(plan: Plan, url: string | null): string {
  const lines = [`URL=${url ? quoted(url) : "\"$WEBHOOK_URL\""}`, `BODY=${quoted(SAMPLE)}`];
  const headers = plan.fixed.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  if (plan.token) headers.push(`-H "${plan.token[0]}: ${plan.token[1]}$WEBHOOK_SECRET"`);
  const digest = plan.base64 ? "-binary | base64 | tr -d '\\n'" : "-hex | sed 's/^.* //'";
  if (plan.kind === "timestamped") {
    lines.push("STAMP=$(date +%s)", `SIGNATURE=$(printf '%s.%s' "$STAMP" "$BODY" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" ${digest})`);
    headers.push('-H "x-webhook-timestamp: $STAMP"', `-H "${plan.header}: $SIGNATURE"`);
  } else if (plan.kind === "standard") {
    lines.push("STAMP=$(date +%s)", 'ID="msg_$STAMP"', "KEY=$(printf '%s' \"${WEBHOOK_SECRET#whsec_}\" | base64 -d | od -An -v -tx1 | tr -d ' \\n')", `SIGNATURE=$(printf '%s.%s.%s' "$ID" "$STAMP" "$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" ${digest})`);
    headers.push('-H "webhook-id: $ID"', '-H "webhook-timestamp: $STAMP"', `-H "${plan.header}: v1,$SIGNATURE"`);
  } else if (plan.kind === "plain") {
    lines.push(`SIGNATURE=$(printf '%s' "$BODY" | openssl dgst -${plan.algorithm} -hmac "$WEBHOOK_SECRET" ${digest})`);
    headers.push(`-H "${plan.header}: ${plan.prefix}$SIGNATURE"`);
  }
  return `${lines.join("\n")}\ncurl -X POST "$URL" \\\n${headers.map((one) => `  ${one} \\\n`).join("")}  -d "$BODY"`;
}

function node(plan: Plan, url: string | null): string {
  const lines: string[] = [];
  const headers = plan.fixed.map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)},`);
  const secret = "process.env.WEBHOOK_SECRET";
  const output = plan.base64 ? "base64" : "hex";
  if (plan.token) headers.push(`  ${JSON.stringify(plan.token[0])}: ${JSON.stringify(plan.token[1])} + ${secret},`);
  if (plan.kind) lines.push('import { createHmac } from "node:crypto";', "");
  lines.push(`const url = ${url ? JSON.stringify(url) : "process.env.WEBHOOK_URL"};`, `const body = JSON.stringify(${SAMPLE});`);
  if (plan.kind === "timestamped") {
    lines.push("const stamp = String(Math.floor(Date.now() / 1000));", `const signature = createHmac("sha256", ${secret}).update(\`\${stamp}.\${body}\`).digest("${output}");`);
    headers.push('  "x-webhook-timestamp": stamp,', `  ${JSON.stringify(plan.header)}: signature,`);
  } else if (plan.kind === "standard") {
    lines.push("const stamp = String(Math.floor(Date.now() / 1000));", "const id = `msg_${stamp}`;", `const key = Buffer.from(${secret}.replace(/^whsec_/, ""), "base64");`, `const signature = createHmac("sha256", key).update(\`\${id}.\${stamp}.\${body}\`).digest("${output}");`);
    headers.push('  "webhook-id": id,', '  "webhook-timestamp": stamp,', `  ${JSON.stringify(plan.header)}: \`v1,\${signature}\`,`);
  } else if (plan.kind === "plain") {
    lines.push(`const signature = createHmac("${plan.algorithm}", ${secret}).update(body).digest("${output}");`);
    headers.push(`  ${JSON.stringify(plan.header)}: ${JSON.stringify(plan.prefix)} + signature,`);
  }
  return `${lines.join("\n")}\nconst headers = {\n${headers.join("\n")}\n};\nconst answer = await fetch(url, { method: "POST", headers, body });\nconsole.log(answer.status, await answer.text());`;
}

function python(plan: Plan, url: string | null): string {
  const text = (value: string) => JSON.stringify(value);
  const modules = ["os", "urllib.request"];
  if (plan.kind) modules.unshift("hashlib", "hmac");
  if (plan.base64) modules.unshift("base64");
  if (plan.kind === "timestamped" || plan.kind === "standard") modules.splice(modules.indexOf("os") + 1, 0, "time");
  const lines = modules.map((one) => `import ${one}`);
  const headers = plan.fixed.map(([name, value]) => `    ${text(name)}: ${text(value)},`);
  lines.push("", `url = ${url ? text(url) : 'os.environ["WEBHOOK_URL"]'}`, `body = ${quotedPython(SAMPLE)}.encode()`);
  if (plan.kind || plan.token) lines.push('secret = os.environ["WEBHOOK_SECRET"]');
  if (plan.token) headers.push(`    ${text(plan.token[0])}: ${text(plan.token[1])} + secret,`);
  const shown = (digest: string) => (plan.base64 ? `base64.b64encode(${digest}.digest()).decode()` : `${digest}.hexdigest()`);
  if (plan.kind === "timestamped") {
    lines.push("stamp = str(int(time.time()))", `signature = ${shown('hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)')}`);
    headers.push('    "x-webhook-timestamp": stamp,', `    ${text(plan.header)}: signature,`);
  } else if (plan.kind === "standard") {
    lines.push("stamp = str(int(time.time()))", 'message_id = f"msg_{stamp}"', 'key = base64.b64decode(secret.removeprefix("whsec_"))', `signature = ${shown('hmac.new(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256)')}`);
    headers.push('    "webhook-id": message_id,', '    "webhook-timestamp": stamp,', `    ${text(plan.header)}: f"v1,{signature}",`);
  } else if (plan.kind === "plain") {
    lines.push(`signature = ${shown(`hmac.new(secret.encode(), body, hashlib.${plan.algorithm})`)}`);
    headers.push(`    ${text(plan.header)}: ${text(plan.prefix)} + signature,`);
  }
  return `${lines.join("\n")}\nheaders = {\n${headers.join("\n")}\n}\nrequest = urllib.request.Request(url, body, headers)\nwith urllib.request.urlopen(request) as answer:\n    print(answer.status, answer.read().decode())`;
}

const quotedPython = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
