import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const within = (folder, forbidden) => ({
  files: [`src/${folder}/**/*.{ts,tsx}`],
  rules: {
    "no-restricted-imports": ["error", { patterns: [{ group: forbidden, message: "See README.md: who may import whom." }] }],
  },
});

export default tseslint.config(
  { ignores: ["dist", "src/api/schema.gen.ts", "playwright-report", "test-results"] },
  ...tseslint.configs.recommended,
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks },
    rules: {
      "react-hooks/rules-of-hooks": "error",
      "react-hooks/exhaustive-deps": "error",
      "no-alert": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
    },
  },
  {
    // Words belong into the catalogues: a literal with a letter between tags is none of them.
    files: ["src/**/*.tsx"],
    ignores: ["src/**/*.test.tsx"],
    rules: {
      "no-restricted-syntax": ["error",
        { selector: "JSXText[value=/[A-Za-zÀ-ÿ]{2}/]", message: "Write it into the page's texts." },
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: "Never HTML from strings." },
      ],
    },
  },
  within("features", ["**/app/*", "**/features/*"]),
  within("ui", ["**/api/*", "**/live/*", "**/features/*", "**/app/*"]),
  within("lib", ["**/api/*", "**/live/*", "**/features/*", "**/app/*", "**/ui/*"]),
);
