/** Where the formulas are in a text: $…$, $$…$$, \(…\) and \[…\], as people know them from LaTeX. */

export type Part = { text: string } | { tex: string; display: boolean; source: string };

/** A longer one is shown as it was written. */
const LONGEST = 1_000;
// A lone dollar is money: the opening one is followed, and the closing one preceded, by something that is no space.
const FORMULA = /\$\$([^$]+)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|\$(?!\s)([^$\n]*[^$\s\\])\$(?!\d)/g;

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
