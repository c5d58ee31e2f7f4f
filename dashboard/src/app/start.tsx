import "../styles/tokens.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queries } from "../api/queries";
import { Toasts } from "../ui/toasts";
import { router } from "./router";

// The shell, and the overview where it is asked for, come while it is being asked who is there, and not after.
if (location.pathname.startsWith("/c/")) void import("./shell");
if (/^\/c\/[^/]+\/?$/.test(location.pathname)) void import("../features/overview/page");

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
      <Toasts />
    </QueryClientProvider>
  </StrictMode>,
);
