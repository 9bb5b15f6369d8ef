import { expect, test } from "vitest";
import { formulas, wholeFormulas } from "../room/formulas.ts";

const drawn = (text: string): string[] => formulas(text).flatMap((part) => ("tex" in part ? [part.tex] : []));

test("every way of writing a formula is known, and the text around it stays", () => {
  expect(formulas("Корни: $x_1$ и \\(x_2\\), итого $$x^2 = 4$$.")).toEqual([
    { text: "Корни: " },
    { tex: "x_1", display: false, source: "$x_1$" },
    { text: " и " },
    { tex: "x_2", display: false, source: "\\(x_2\\)" },
    { text: ", итого " },
    { tex: "x^2 = 4", display: true, source: "$$x^2 = 4$$" },
    { text: "." },
  ]);
});

test("a displayed formula may take several lines", () => {
  expect(drawn("\\[\na + b\n\\]")).toEqual(["a + b"]);
});

test.each(["Стоит 5$ или 6$", "от $5 до $6", "от $5-$6", "один $ знак", "$ x $", "$$$$", ""])("money is no formula: %s", (text) => {
  expect(drawn(text)).toEqual([]);
});

test("a very long formula is shown as it was written", () => {
  expect(drawn(`$${"x".repeat(1_001)}$`)).toEqual([]);
});

test("many dollars do not take long to read", () => {
  const started = performance.now();
  formulas("$".repeat(4_000));
  formulas("\\(".repeat(2_000));
  formulas("\\[".repeat(2_000));
  formulas("$a".repeat(2_000));
  expect(performance.now() - started).toBeLessThan(200);
});

test.each([
  ["Корни: $x_{1,2}=\\frac{-b\\pm\\sq…", "Корни: …"],
  ["$a$ и \\(b + c…", "$a$ и …"],
  ["$$\\sum_{k=1}^{n} k = \\frac…", "…"],
])("a formula that a quote does not hold whole is left out of it: %s", (quote, left) => {
  expect(wholeFormulas(quote)).toBe(left);
});

test.each(["Корни: $x_1$ и ещё…", "взяли $5 до завтра, а потом…", "$x_1$", "от $5", ""])("a quote without a cut formula stays: %s", (quote) => {
  expect(wholeFormulas(quote)).toBe(quote);
});
