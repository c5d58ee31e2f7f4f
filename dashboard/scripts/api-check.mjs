// Fails when the types of the API are not those of the present code: `make dashboard-api` writes them anew.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const options = ["../build/openapi.json", "-o", "../build/schema.gen.ts", "--root-types", "--root-types-no-schema-prefix"];
execFileSync("node_modules/.bin/openapi-typescript", options, { stdio: ["ignore", "ignore", "inherit"] });
if (readFileSync("../build/schema.gen.ts", "utf8") !== readFileSync("src/api/schema.gen.ts", "utf8")) {
  console.error("src/api/schema.gen.ts is not what the API says now: run `make dashboard-api`");
  process.exit(1);
}
