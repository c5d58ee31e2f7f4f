import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** The font is asked for with the page and not after the style sheet. */
function preloadFont(): Plugin {
  return {
    name: "preload-font",
    transformIndexHtml: {
      order: "post",
      handler(_html, context) {
        const font = Object.keys(context.bundle ?? {}).find((name) => name.endsWith(".woff2"));
        if (!font) return [];
        const attrs = { rel: "preload", as: "font", type: "font/woff2", href: `/${font}`, crossorigin: true };
        return [{ tag: "link", attrs, injectTo: "head" }];
      },
    },
  };
}

const gateway = process.env.MASTERIA_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), tailwind(), preloadFont()],
  html: { cspNonce: "__CSP_NONCE__" },
  build: { manifest: true, assetsInlineLimit: 0, target: "es2022", reportCompressedSize: false, modulePreload: { polyfill: false } },
  // The gateway takes changes from its own origin only: a page of Vite's server speaks as one of the gateway's.
  server: { proxy: { "/api": { target: gateway, changeOrigin: true, headers: { origin: new URL(gateway).origin } } } },
  // A browser is made only for those tests that say they need one: making it takes longer than most of them.
  test: { environment: "node", include: ["src/**/*.test.{ts,tsx}"], restoreMocks: true },
});
