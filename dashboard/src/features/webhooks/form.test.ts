// @vitest-environment jsdom
import { describe, expect, test } from "vitest";
import { authOf, bodyOf, formOf, NEW, SCHEMES, type WebhookForm } from "./form";
import { entryOf, textOf, typeRows, withField, withTypes } from "./mapping";

const form = (change: Partial<WebhookForm>): WebhookForm => ({ ...NEW, name: "Loja", source: "loja", ...change });

describe("a webhook's dialog", () => {
  test("settings of another scheme are not sent", () => {
    expect(authOf(form({ scheme: "none", header: "x-a", tolerance: "5" }))).toEqual({ scheme: "none" });
    expect(authOf(form({ scheme: "plain", header: " x-sig ", algorithm: "sha1", encoding: "base64", prefix: "v=", tolerance: "5" }))).toEqual({ scheme: "plain", header: "x-sig", algorithm: "sha1", encoding: "base64", prefix: "v=" });
    expect(authOf(form({ scheme: "token", prefix: "Bearer " }))).toEqual({ scheme: "token" });
  });
  test("a token in the address is the scheme's own; beside a signature it is a choice", () => {
    expect(bodyOf(form({ token: true }))).not.toHaveProperty("token");
    expect(bodyOf(form({ scheme: "meta", token: true })).token).toBe(true);
  });
  test("a secret is sent where the scheme has use for it", () => {
    expect(bodyOf(form({ scheme: "none", secret: "s" }))).not.toHaveProperty("secret");
    expect(bodyOf(form({ scheme: "timestamped", secret: " s " })).secret).toBe("s");
  });
  test("what is no number goes to the API as it was typed: it says what is wrong", () => expect(bodyOf(form({ dedupeMinutes: "dez" })).dedupe).toEqual({ same_bytes_minutes: "dez" }));
  test.each(SCHEMES)("%s comes back as it was stored", (scheme) => {
    const made = form({ scheme, header: scheme === "plain" ? "x-s" : "", algorithm: scheme === "plain" ? "sha512" : "sha256", tolerance: scheme === "standard" ? "60" : "", dedupePath: "$.id", dedupeMinutes: "10" });
    const { auth, dedupe } = bodyOf(made) as { auth: never; dedupe: Record<string, unknown> };
    expect(formOf({ name: "Loja", source: "loja", auth, dedupe, token: false })).toEqual(made);
  });
});

describe("a mapping's fields", () => {
  test.each([["$.a.b", "$.a.b"], ["$.a | $.b", ["$.a", "$.b"]], ["= BRL", { value: "BRL" }], ["$.a = BRL", { path: "$.a", value: "BRL" }], ["$.a | $.b = x = y", { path: ["$.a", "$.b"], value: "x = y" }]])("%s", (text, entry) => {
    expect(entryOf(text)).toEqual(entry);
    expect(textOf(entry)).toBe(text);
  });
  test("nothing typed takes the field out and leaves the others", () => expect(withField({ order_id: "$.o", types: { A: "b" } }, "order_id", "  ")).toEqual({ types: { A: "b" } }));
  test("types", () => {
    expect(typeRows(withTypes({ order_id: "$.o" }, [["VENDA_OK", "order_approved"], ["", ""]]))).toEqual([["VENDA_OK", "order_approved"]]);
    expect(withTypes({ types: { A: "b" } }, [])).toEqual({});
  });
});
