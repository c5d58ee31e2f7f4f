/** An intent in words: the built-in ones; a company's own are called as it named them. */
import { useWords } from "../../i18n";

export const INTENTS: Record<string, { pt: string; en: string }> = {
  opt_out: { pt: "Quer sair", en: "Wants out" },
  already_paid: { pt: "Já pagou", en: "Has paid" },
  price: { pt: "Preço", en: "Price" },
  wants_person: { pt: "Quer uma pessoa", en: "Wants a person" },
  no_access: { pt: "Sem acesso", en: "No access" },
  complaint_refund: { pt: "Reclamação ou reembolso", en: "Complaint or refund" },
  thanks: { pt: "Agradece", en: "Thanks" },
  product_question: { pt: "Dúvida do produto", en: "Product question" },
  other: { pt: "Outro", en: "Other" },
  unsure: { pt: "Incerta", en: "Unsure" },
};

export function useIntents(): (name: string) => string {
  const say = useWords();
  return (name) => say(INTENTS[name]) ?? name;
}
