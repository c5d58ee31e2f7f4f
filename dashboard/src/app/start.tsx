import "../styles/tokens.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queries } from "../api/queries";
import { Speaking } from "../i18n";
import { Toasts } from "../ui/toasts";
import { router } from "./router";

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <Speaking>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
        <Toasts />
      </QueryClientProvider>
    </Speaking>
  </StrictMode>,
);
