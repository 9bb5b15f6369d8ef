/** Where the formulas are in a text: $…$, $$…$$, \(…\) and \[…\], as people know them from LaTeX. */

export type Part = { text: string } | { tex: string; display: boolean; source: string };

/** A longer one is shown as it was written. */
const LONGEST = 1_000;
// A lone dollar is money: the opening one is followed, and the closing one preceded, by something that is no space.
const FORMULA = /\$\$([^$]+)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|\$(?!\s)([^$\n]*[^$\s\\])\$(?!\d)/g;

/** What an ellipsis at the end of a quote has cut off a formula's end from. */
const CUT = /(?:\$\$?(?=[^$]*[\\^_{=])|\\\(|\\\[)[^$]*…$/;

/** A quote is the beginning of a message: a formula that it does not hold whole is left out of it. */
export function wholeFormulas(quote: string): string {
  const parts = formulas(quote);
  const last = parts.at(-1);
  if (!last || !("text" in last)) return quote;
  return quote.slice(0, quote.length - last.text.length) + last.text.replace(CUT, "…");
}

export function formulas(text: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(FORMULA)) {
    const [source, dollars, square, round, inline] = match;
    const tex = (dollars ?? square ?? round ?? inline ?? "").trim();
    if (tex === "" || tex.length > LONGEST) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ tex, display: dollars !== undefined || square !== undefined, source });
    end = match.index + source.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}
