import { defineTexts } from "../../i18n";

export const useVariesTexts = defineTexts("template-varies", {
  varies: "Alternar com as variações aprovadas", seeVariations: "Ver variações", approvedN_zero: "Nenhuma aprovada ainda: vai o texto do modelo.", approvedN_one: "{{n}} aprovada.", approvedN_many: "{{n}} de aprovadas.", approvedN_other: "{{n}} aprovadas.",
}, {
  varies: "Take turns with the approved variations", seeVariations: "See the variations", approvedN_zero: "None approved yet: the template's text goes.", approvedN_one: "{{n}} approved.", approvedN_many: "{{n}} approved.", approvedN_other: "{{n}} approved.",
});
