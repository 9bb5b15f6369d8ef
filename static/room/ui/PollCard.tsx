/** One question: the answer of those who are asked, the results of those who may see them. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Poll } from "../protocol.ts";
import { useAsk } from "./asking.ts";
import { useRoom } from "./context.ts";

export function PollCard({ poll }: { poll: Poll }): JSX.Element {
  const { session, words } = useRoom();
  const { moderate, write } = session.rights.value;
  const asked = !moderate && write && !poll.closed;
  return (
    <div class="poll" data-poll={poll.id}>
      <p class="poll-question">{poll.question}</p>
      {asked && (poll.kind === "open" ? <InWords poll={poll} /> : <ByChoice poll={poll} />)}
      {!moderate && poll.mine !== null && <p class="poll-mine">{words.tools.answered}</p>}
      {poll.results ? <Results poll={poll} /> : poll.mine !== null && <p class="hint">{words.tools.resultsHidden}</p>}
      {poll.closed && <p class="hint">{words.tools.pollClosed}</p>}
      {moderate && <Leading poll={poll} />}
    </div>
  );
}

const optionsOf = (poll: Poll, yesNo: readonly [string, string]): readonly string[] =>
  poll.kind === "yes_no" ? yesNo : poll.options;

function ByChoice({ poll }: { poll: Poll }): JSX.Element {
  const { session, words } = useRoom();
  const ask = useAsk();
  const [chosen, setChosen] = useState<readonly number[]>(poll.mine?.choices ?? []);
  const several = poll.kind === "multiple";
  const choose = (number: number, on: boolean): void => {
    if (!several) setChosen([number]);
    else setChosen(on ? [...chosen, number] : chosen.filter((one) => one !== number));
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen.length > 0) ask(() => session.tools.choose(poll.id, [...chosen]));
      }}
    >
      <fieldset class="options">
        <legend class="hint">{several ? words.tools.several : words.tools.one}</legend>
        {optionsOf(poll, words.tools.yesNo).map((option, number) => (
          <label key={number}>
            <input
              type={several ? "checkbox" : "radio"}
              name={`poll-${poll.id}`}
              checked={chosen.includes(number)}
              onChange={(event) => choose(number, event.currentTarget.checked)}
            />
            {option}
          </label>
        ))}
      </fieldset>
      <button class="primary" disabled={chosen.length === 0}>
        {poll.mine ? words.tools.changeAnswer : words.tools.giveAnswer}
      </button>
    </form>
  );
}

const LONGEST_ANSWER = 300;

function InWords({ poll }: { poll: Poll }): JSX.Element {
  const { session, words } = useRoom();
  const ask = useAsk();
  const [text, setText] = useState(poll.mine?.text ?? "");
  return (
    <form
      class="poll-words"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "") ask(() => session.tools.write(poll.id, text.trim()));
      }}
    >
      <label class="field">
        <span>{words.tools.yourAnswer}</span>
        <textarea rows={2} maxLength={LONGEST_ANSWER} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <button class="primary" disabled={text.trim() === ""}>
        {poll.mine ? words.tools.changeAnswer : words.tools.giveAnswer}
      </button>
    </form>
  );
}

function Results({ poll }: { poll: Poll }): JSX.Element | null {
  const { words } = useRoom();
  const results = poll.results;
  if (!results) return null;
  return (
    <div class="poll-results">
      <p class="hint">{words.tools.answers(results.answered)}</p>
      {poll.kind === "open" ? (
        <ul>
          {results.texts.map((text, number) => (
            <li key={number}>{text}</li>
          ))}
        </ul>
      ) : (
        <ul>
          {optionsOf(poll, words.tools.yesNo).map((option, number) => (
            <li key={number}>
              <span>{option}</span>
              <strong>{results.counts[number] ?? 0}</strong>
              <meter min={0} max={Math.max(1, results.answered)} value={results.counts[number] ?? 0} aria-hidden="true" />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Leading({ poll }: { poll: Poll }): JSX.Element {
  const { session, words } = useRoom();
  const ask = useAsk();
  return (
    <p class="actions">
      <button type="button" onClick={() => ask(() => session.tools.showResults(poll.id, !poll.shown))}>
        {poll.shown ? words.tools.hideResults : words.tools.showResults}
      </button>
      {!poll.closed && (
        <button type="button" onClick={() => ask(() => session.tools.closePoll(poll.id))}>
          {words.tools.closePoll}
        </button>
      )}
    </p>
  );
}
