import { expect, test } from "vitest";
import { refusalIn, wordsFor } from "../room/words/index.ts";
import { en } from "../room/words/en.ts";
import { ru } from "../room/words/ru.ts";

test.each([[1, "1 минуту"], [2, "2 минуты"], [5, "5 минут"], [11, "11 минут"], [21, "21 минуту"], [22, "22 минуты"]])(
  "%i in Russian is %s",
  (n, words) => expect(ru.waiting.startsIn("15:00", n)).toBe(`Консультация начнётся в 15:00 (через ${words}).`),
);

test("the page's language chooses the words, Russian when in doubt", () => {
  expect([wordsFor("en"), wordsFor("en-GB"), wordsFor("ru"), wordsFor("de")]).toEqual([en, en, ru, ru]);
});

test("a code is told in words, an unknown one in general words", () => {
  expect(refusalIn(ru, "link_revoked")).toBe("Ссылка больше не действует. Попросите в школе новую.");
  expect(refusalIn(ru, "toString")).toBe(ru.refused.otherwise);
  expect(refusalIn(en, "who_knows")).toBe(en.refused.otherwise);
});

test("no sentence shouts", () => {
  const texts = (value: unknown): string[] => {
    if (typeof value === "string") return [value];
    if (typeof value === "function") return [String((value as (...given: unknown[]) => unknown)("both", "both"))];
    return Object.values(value as object).flatMap(texts);
  };
  for (const text of [...texts(ru), ...texts(en)]) expect(text).not.toMatch(/!|undefined/);
});
