import { expect, test } from "vitest";
import { bodyOf, NEW_TEMPLATE, openVariables } from "./form";

test("variables without a default of their own are found once each", () => expect(openVariables('{{a}} {{a|upper}} {{b|default:"x"}} {{$.c}} {{}} {{d')).toEqual(["a", "$.c"]));
test("a default goes with its variable, and a blank one is none", () => expect(bodyOf({ ...NEW_TEMPLATE, name: " x ", body: "{{a}} {{b}}", defaults: { a: "1", b: " ", gone: "2" } }, false)).toMatchObject({ name: "x", defaults: { a: "1" } }));
test("only a new template of WhatsApp's kind begins as a draft", () => {
  expect([bodyOf({ ...NEW_TEMPLATE, kind: "meta" }, true).status, bodyOf({ ...NEW_TEMPLATE, kind: "meta" }, false).status, bodyOf(NEW_TEMPLATE, true).status]).toEqual(["draft", undefined, undefined]);
});
