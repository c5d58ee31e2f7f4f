/** Addresses. The company stands in the path, so that two tabs cannot mix; pages are loaded when they are opened. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { api, read } from "../api/client";
import { Problem } from "../api/problem";
import { getSession, setSession, signedIn } from "../api/session";
import { Overview } from "../features/overview/page";
import { parseSearch, stringifySearch } from "../lib/search";
import { Failed, NotFound } from "./failures";
import { Shell } from "./shell";

const LAST = "masteria.company";

/** Who is signed in; asked once per visit. */
async function identify(): Promise<void> {
  if (!getSession().user) signedIn(await read(api.GET("/api/v1/me")));
}

async function needPerson(at: string): Promise<void> {
  try {
    await identify();
  } catch (error) {
    if (error instanceof Problem && (error.status === 401 || error.status === 403)) throw redirect({ to: "/sign-in", search: (at === "/" ? {} : { next: at }) as never });
    throw error;
  }
  if (!getSession().user) throw redirect({ to: "/sign-in" });
}

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound, errorComponent: Failed });

const signIn = createRoute({ getParentRoute: () => root, path: "/sign-in", component: lazyRouteComponent(() => import("../features/sign-in/page"), "SignIn") });

const resetPassword = createRoute({ getParentRoute: () => root, path: "/reset-password", component: lazyRouteComponent(() => import("../features/sign-in/reset"), "ResetPassword") });
const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  // Who is signed in already need not type a password; who is not, is asked for one.
  beforeLoad: () => identify().catch(() => undefined),
  component: lazyRouteComponent(() => import("../features/sign-in/invitation"), "Invitation"),
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async () => {
    await needPerson("/");
    const { companies } = getSession();
    const last = localStorage.getItem(LAST);
    const company = companies.find((one) => one.id === last) ?? companies[0];
    if (company) throw redirect({ to: "/c/$company", params: { company: company.id } });
  },
  component: NotFound,
});

const company = createRoute({
  getParentRoute: () => root,
  path: "/c/$company",
  beforeLoad: async ({ params, location }) => {
    await needPerson(location.href);
    const found = getSession().companies.find((one) => one.id === params.company) ?? null;
    if (getSession().company?.id !== found?.id) setSession({ company: found });
    if (found) localStorage.setItem(LAST, found.id);
  },
  component: Shell,
});

const page = <P extends string>(path: P, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({ getParentRoute: () => company, path, component: lazyRouteComponent(load as never, name as never) as never });

const here = <P extends string>(path: P, component: () => ReactNode) => createRoute({ getParentRoute: () => company, path, component });

export const tree = root.addChildren([
  home,
  signIn,
  resetPassword,
  invitation,
  company.addChildren([
    // With the shell in the first script: what everybody sees first comes in one piece, and not one after another.
    here("/", Overview),
    page("/campaigns", () => import("../features/campaigns/page"), "Campaigns"),
    page("/campaigns/$campaignId", () => import("../features/campaigns/report/page"), "Report"),
    page("/campaigns/$campaignId/$step", () => import("../features/campaigns/wizard/page"), "Wizard"),
    page("/events", () => import("../features/events/page"), "Events"),
    page("/events/$eventId", () => import("../features/events/detail"), "EventDetail"),
    page("/rules", () => import("../features/rules/page"), "Rules"),
    page("/rules/new", () => import("../features/rules/detail"), "NewRule"),
    page("/rules/$ruleId", () => import("../features/rules/detail"), "RuleDetail"),
    page("/pix", () => import("../features/pix/page"), "Pix"),
    page("/templates", () => import("../features/templates/page"), "Templates"),
    page("/templates/new", () => import("../features/templates/editor"), "NewTemplate"),
    page("/templates/$templateId", () => import("../features/templates/editor"), "TemplateDetail"),
    page("/contacts", () => import("../features/contacts/page"), "Contacts"),
    page("/contacts/$contactId", () => import("../features/contacts/person"), "Person"),
    page("/contacts/import", () => import("../features/contact-import/page"), "ImportFiles"),
    page("/contacts/import/$importId", () => import("../features/contact-import/wizard"), "ImportWizard"),
    page("/settings", () => import("../features/settings/page"), "Settings"),
    page("/settings/$section", () => import("../features/settings/page"), "Settings"),
    page("/queue", () => import("../features/queue/page"), "Queue"),
    page("/sessions", () => import("../features/sessions/page"), "Sessions"),
    page("/webhooks", () => import("../features/webhooks/page"), "Webhooks"),
    page("/webhooks/$webhookId", () => import("../features/webhooks/detail"), "WebhookDetail"),
    page("/messages", () => import("../features/messages/page"), "Messages"),
    page("/conversations", () => import("../features/inbox/page"), "Inbox"),
    page("/ai", () => import("../features/ai/page"), "Ai"),
    page("/analytics", () => import("../features/analytics/page"), "Analytics"),
    page("/history", () => import("../features/history/page"), "History"),
    page("/exports", () => import("../features/exports/page"), "Exports"),
    page("/alerts", () => import("../features/alerts/page"), "Alerts"),
  ]),
]);

export const router = createRouter({
  routeTree: tree,
  parseSearch: parseSearch as never,
  stringifySearch,
  defaultPreload: "intent",
  defaultPendingMs: 150,
  scrollRestoration: true,
  defaultErrorComponent: Failed,
});

