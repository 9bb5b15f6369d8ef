/** The words of a message: formulas drawn, addresses made links, everything else the text it is. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { formulas, wholeFormulas } from "../formulas.ts";
import { useRoom } from "./context.ts";
import { withLinks } from "./links.tsx";

export function MessageText({ text }: { text: string }): JSX.Element {
  return (
    <>
      {formulas(text).map((part, number) =>
        "tex" in part ? <Formula key={number} {...part} /> : <span key={number}>{withLinks(part.text)}</span>,
      )}
    </>
  );
}

/** One line of a message that is answered: its formulas are drawn, its addresses stay words. */
export function QuoteText({ text }: { text: string }): JSX.Element {
  return (
    <>
      {formulas(wholeFormulas(text)).map((part, number) =>
        "tex" in part ? <Formula key={number} {...part} display={false} /> : <span key={number}>{part.text}</span>,
      )}
    </>
  );
}

type FormulaProps = { tex: string; display: boolean; source: string };

/** MathML, which needs no styles of its own. Until it is drawn, and when it cannot be, the source stands there. */
function Formula({ tex, display, source }: FormulaProps): JSX.Element {
  const { words } = useRoom();
  const place = useRef<HTMLSpanElement>(null);
  const [state, setState] = useState<"waits" | "drawn" | "bad">("waits");
  useEffect(() => {
    let there = true;
    const draw = async (): Promise<void> => {
      const { default: katex } = await import("katex");
      if (!there || !place.current) return;
      katex.render(tex, place.current, {
        output: "mathml",
        displayMode: display,
        throwOnError: true,
        strict: "ignore",
        trust: false,
        maxExpand: 200,
        maxSize: 20,
      });
      setState("drawn");
    };
    draw().catch(() => there && setState("bad"));
    return () => {
      there = false;
    };
  }, [tex, display]);
  return (
    <>
      {state !== "drawn" && (
        <code class="formula-source" title={state === "bad" ? words.chat.badFormula : undefined}>
          {source}
        </code>
      )}
      <span ref={place} class="formula" data-display={display} hidden={state !== "drawn"} />
    </>
  );
}
