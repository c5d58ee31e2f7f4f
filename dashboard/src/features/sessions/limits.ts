/** A number's limits as their dialog holds them ↔ the API's `options`; what the dialog does not know stays as it is. */
import { asNumber } from "../../ui/form";

export const TIERS = ["TIER_250", "TIER_1K", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED"] as const;
export const PACES = ["default", "fast", "normal", "safe"] as const;
export const OUTSIDE = ["", "send", "hold", "fail"] as const;

export interface LimitsForm {
  throughput: string;
  tier: string;
  perHour: string;
  perDay: string;
  warmUp: boolean;
  identical: string;
  marketing: string;
  outside: string;
  quietFrom: string;
  quietTo: string;
  /** WhatsApp-Web. */
  pace: string;
  ageDays: string;
  checkNumbers: boolean;
}
interface Stored { transport: string; throughput: number; tier: string; options: Record<string, unknown> }

const text = (value: unknown) => (value == null ? "" : String(value));
const part = (value: unknown) => (value && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : {});
const MARKETING_USUAL = 2;

export function limitsOf(session: Stored): LimitsForm {
  const budgets = part(session.options.budgets);
  const web = part(session.options.web);
  const limits = part(web.limits);
  const quiet = part(budgets.quiet_hours);
  const own = session.transport === "web" ? limits : budgets;
  return {
    throughput: String(session.throughput), tier: session.tier, perHour: text(own.per_hour), perDay: text(own.per_day), identical: text(own.identical_per_hour),
    warmUp: session.transport === "web" ? web.warm_up !== false : budgets.warm_up === true,
    marketing: budgets.marketing_per_day === undefined ? String(MARKETING_USUAL) : text(budgets.marketing_per_day), outside: text(budgets.outside_window),
    quietFrom: text(quiet.from), quietTo: text(quiet.to), pace: text(web.pace) || "default", ageDays: text(web.number_age_days), checkNumbers: web.check_numbers !== false,
  };
}

function put(into: Record<string, unknown>, name: string, value: unknown): void {
  if (value === null || value === undefined || value === "") delete into[name];
  else into[name] = value;
}

export function optionsOf(form: LimitsForm, session: Stored): Record<string, unknown> {
  const isWeb = session.transport === "web";
  const budgets = { ...part(session.options.budgets) };
  const web = { ...part(session.options.web) };
  const limits = { ...part(web.limits) };
  const own = isWeb ? limits : budgets;
  put(own, "per_hour", asNumber(form.perHour));
  put(own, "per_day", asNumber(form.perDay));
  put(own, "identical_per_hour", asNumber(form.identical));
  const marketing = asNumber(form.marketing);
  if (marketing === MARKETING_USUAL) delete budgets.marketing_per_day;
  else budgets.marketing_per_day = marketing;
  put(budgets, "outside_window", form.outside);
  put(budgets, "quiet_hours", form.quietFrom || form.quietTo ? { ...part(budgets.quiet_hours), from: form.quietFrom, to: form.quietTo } : null);
  if (isWeb) {
    put(web, "pace", form.pace === "default" ? null : form.pace);
    put(web, "number_age_days", asNumber(form.ageDays));
    put(web, "warm_up", form.warmUp ? null : false);
    put(web, "check_numbers", form.checkNumbers ? null : false);
    put(web, "limits", Object.keys(limits).length ? limits : null);
  } else put(budgets, "warm_up", form.warmUp || null);
  const made = { ...session.options };
  put(made, "budgets", Object.keys(budgets).length ? budgets : null);
  put(made, "web", Object.keys(web).length ? web : null);
  return made;
}
