/** The host sets the topic; until then everybody else waits at the door (cl. 3.5, 3.6). */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Scope, TopicBasis } from "../protocol.ts";
import { Refusal } from "../wire.ts";
import { refusalIn } from "../words/index.ts";
import { useRoom } from "./context.ts";

/** As long as the server keeps. */
const LONGEST_TOPIC = 300;

type Done = { done: () => void };

export function TopicForm({ done }: Done): JSX.Element {
  const { session, words } = useRoom();
  const before = session.session.value;
  const [topic, setTopic] = useState(before?.topic ?? "");
  const [basis, setBasis] = useState<TopicBasis>("performance");
  const [scope, setScope] = useState<Scope>(before?.scope ?? "single_topic");
  const [problem, setProblem] = useState("");

  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (topic.trim() === "") return setProblem(words.topic.needed);
    try {
      await session.setTopic({ topic: topic.trim(), basis, scope });
      done();
    } catch (error) {
      setProblem(refusalIn(words, error instanceof Refusal ? error.code : "unanswered"));
    }
  };

  return (
    <form class="topic" onSubmit={(event) => void save(event)} noValidate>
      <p>{words.topic.hint}</p>
      <label class="field">
        <span>{words.topic.field}</span>
        <input
          name="topic"
          autofocus
          value={topic}
          maxLength={LONGEST_TOPIC}
          placeholder={words.topic.example}
          aria-invalid={problem !== ""}
          aria-describedby="topic-problem"
          onInput={(event) => setTopic(event.currentTarget.value)}
        />
      </label>
      <p id="topic-problem" class="problem" role="alert">
        {problem}
      </p>
      <Options legend={words.topic.basis} name="basis" options={words.topic.bases} chosen={basis} choose={setBasis} />
      <Options legend={words.topic.scope} name="scope" options={words.topic.scopes} chosen={scope} choose={setScope} />
      <p class="actions">
        <button class="primary">{words.topic.save}</button>
        <button type="button" onClick={done}>
          {words.topic.later}
        </button>
      </p>
    </form>
  );
}

type OptionsProps<T extends string> = {
  legend: string;
  name: string;
  options: Record<T, string>;
  chosen: T;
  choose: (value: T) => void;
};

function Options<T extends string>({ legend, name, options, chosen, choose }: OptionsProps<T>): JSX.Element {
  return (
    <fieldset class="options">
      <legend>{legend}</legend>
      {(Object.entries(options) as [T, string][]).map(([value, label]) => (
        <label key={value}>
          <input type="radio" name={name} value={value} checked={chosen === value} onChange={() => choose(value)} />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
