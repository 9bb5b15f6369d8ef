/** The words of the page's language. */
import { en } from "./en.ts";
import { ru, type Words } from "./ru.ts";

export type { Words };
export const wordsFor = (language: string): Words => (language.startsWith("en") ? en : ru);

/** What a refusal means, in words; never the code itself. */
export const refusalIn = (words: Words, code: string): string => words.refused.code[code] ?? words.refused.otherwise;
