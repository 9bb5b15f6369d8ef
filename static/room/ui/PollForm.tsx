/** A new question. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { PollKind } from "../protocol.ts";
import { useAsk } from "./asking.ts";
import { useRoom } from "./context.ts";

const LONGEST_QUESTION = 300;
const KINDS: readonly PollKind[] = ["yes_no", "single", "multiple", "open"];

export function PollForm(): JSX.Element {
  const { session, words } = useRoom();
  const ask = useAsk();
  const [kind, setKind] = useState<PollKind>("yes_no");
  const [question, setQuestion] = useState("");
  const [lines, setLines] = useState("");
  const [shown, setShown] = useState(false);
  const [problem, setProblem] = useState("");
  const { form } = words.tools;
  const choices = kind === "single" || kind === "multiple";

  const open = (event: Event): void => {
    event.preventDefault();
    const options = choices ? lines.split("\n").map((line) => line.trim()).filter((line) => line !== "") : [];
    if (question.trim() === "") return setProblem(form.noQuestion);
    if (choices && (options.length < 2 || options.length > 10)) return setProblem(form.fewOptions);
    if (new Set(options.map((option) => option.toLowerCase())).size < options.length) return setProblem(form.twice);
    if (options.some((option) => option.length > 120)) return setProblem(form.longOption);
    setProblem("");
    return ask(() => session.tools.ask({ kind, question: question.trim(), options, shown }));
  };
  return (
    <form class="poll-form" onSubmit={open} noValidate>
      <label class="field">
        <span>{form.question}</span>
        <input value={question} maxLength={LONGEST_QUESTION} aria-invalid={problem !== ""} aria-describedby="poll-problem" onInput={(event) => setQuestion(event.currentTarget.value)} />
      </label>
      <label class="field">
        <span>{form.kind}</span>
        <select value={kind} onChange={(event) => setKind(event.currentTarget.value as PollKind)}>
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {form.kinds[one]}
            </option>
          ))}
        </select>
      </label>
      {choices && (
        <label class="field">
          <span>{form.options}</span>
          <textarea rows={4} value={lines} onInput={(event) => setLines(event.currentTarget.value)} />
        </label>
      )}
      <label class="check">
        <input type="checkbox" checked={shown} onChange={(event) => setShown(event.currentTarget.checked)} />
        {form.shown}
      </label>
      <p id="poll-problem" class="problem" role="alert">
        {problem}
      </p>
      <button>{form.open}</button>
    </form>
  );
}
