// The words of the staff pages in the language that was chosen last: words for
// staff, visitors what the visitors' screen says. Both are filled before the
// first page is made.

import { ask } from "../languages.js";

// LANGUAGES are those of the catalogues, with their own names.
export const LANGUAGES = {
  en: "English", es: "Español", fr: "Français", de: "Deutsch", pt: "Português", ar: "العربية", zh: "简体中文", hi: "हिन्दी",
};

export const words = {};
export const visitors = {};

// speak fills both in another language.
export async function speak(code) {
  const [ours, theirs] = await Promise.all([ask(`/staff.${code}.json`), ask(`/words.${code}.json`)]);
  Object.assign(words, ours);
  Object.assign(visitors, theirs);
  document.documentElement.lang = words.lang;
  document.documentElement.dir = words.dir;
}
