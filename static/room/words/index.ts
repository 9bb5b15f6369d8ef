/** The words of the page's language. */
import { en } from "./en.ts";
import { ru, type Words } from "./ru.ts";

export type { Words };
export const wordsFor = (language: string): Words => (language.startsWith("en") ? en : ru);

/** What a refusal means, in words; never the code itself. */
export function refusalIn(words: Words, code: string): string {
  const known: Record<string, string> = words.refused.code;
  return (Object.hasOwn(known, code) && known[code]) || words.refused.otherwise;
}
