/** What the dialog of a new number holds → what the API takes. */
import { asNumber } from "../../ui/form";

export type Transport = "cloud" | "web" | "simulator";
export interface ConnectForm { name: string; phone: string; phoneNumberId: string; wabaId: string; token: string; withApp: boolean; appId: string; appSecret: string; verifyToken: string; ageDays: string }
export const EMPTY: ConnectForm = { name: "", phone: "", phoneNumberId: "", wabaId: "", token: "", withApp: false, appId: "", appSecret: "", verifyToken: "", ageDays: "" };

/** WhatsApp is asked about a Cloud API number before it is saved, whoever plays it; a simulator's may be made known there afterwards. */
export function bodyOf(transport: Transport, form: ConnectForm): Record<string, unknown> {
  const name = form.name.trim();
  if (transport === "web") {
    const age = asNumber(form.ageDays);
    return { name, transport, ...(age === null ? {} : { options: { web: { number_age_days: age } } }) };
  }
  const body: Record<string, unknown> = { name, transport, ...(transport === "cloud" ? { check: true } : {}) };
  const optional = { phone: form.phone, phone_number_id: form.phoneNumberId, waba_id: form.wabaId, token: form.token };
  for (const [field, value] of Object.entries(optional)) if (value.trim()) body[field] = value.trim();
  if (form.withApp) body.meta_app = { app_id: form.appId.trim(), app_secret: form.appSecret.trim(), verify_token: form.verifyToken.trim() };
  return body;
}
