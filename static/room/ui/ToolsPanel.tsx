/** The teacher's tools; everybody else finds the poll here. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ItemName } from "../protocol.ts";
import { hour } from "../time.ts";
import { useAsk } from "./asking.ts";
import { useRoom } from "./context.ts";
import { PollCard } from "./PollCard.tsx";
import { PollForm } from "./PollForm.tsx";

export function ToolsPanel(): JSX.Element {
  const { session, words } = useRoom();
  const poll = session.tools.poll.value;
  if (!session.rights.value.moderate)
    return (
      <div class="tools" tabIndex={0}>
        {poll ? <PollCard key={poll.id} poll={poll} /> : <p class="nothing">{words.tools.nothingAsked}</p>}
      </div>
    );
  return (
    <div class="tools" tabIndex={0}>
      <Checklist />
      <section>
        <h3>{words.tools.poll}</h3>
        {poll && <PollCard key={poll.id} poll={poll} />}
        {(!poll || poll.closed) && <PollForm />}
      </section>
      <TimerForm />
      <BoardForm />
      <SlidesForm />
    </div>
  );
}

/** Before an attestation: what has to be gone through, and when it was (cl. 3.8). */
function Checklist(): JSX.Element | null {
  const { page, session, words } = useRoom();
  const ask = useAsk();
  const items = session.tools.checklist.value;
  if (!items) return null;
  const tick = (item: ItemName, done: boolean): void => ask(() => session.tools.tick(item, done));
  return (
    <section>
      <h3>{words.tools.checklist.title}</h3>
      <ul class="checklist">
        {items.map(({ item, ticked_at }) => (
          <li key={item}>
            <label>
              <input
                type="checkbox"
                checked={ticked_at !== null}
                disabled={!session.rights.value.lead}
                onChange={(event) => tick(item, event.currentTarget.checked)}
              />
              <span>{words.tools.checklist.items[item]}</span>
            </label>
            {ticked_at !== null && <time dateTime={ticked_at}>{hour(Date.parse(ticked_at), page.ownZone)}</time>}
          </li>
        ))}
      </ul>
    </section>
  );
}

const WORK = [5, 10, 15, 20, 25, 30, 40];
const REST = [0, 5, 10, 15];

function TimerForm(): JSX.Element {
  const { session, words } = useRoom();
  const ask = useAsk();
  const [work, setWork] = useState(15);
  const [rest, setRest] = useState(0);
  const said = words.tools.timer;
  return (
    <section>
      <h3>{said.title}</h3>
      <form
        class="timer-form"
        onSubmit={(event) => {
          event.preventDefault();
          ask(() => session.tools.startTimer(work, rest));
        }}
      >
        <Minutes label={said.work} values={WORK} chosen={work} choose={setWork} />
        <Minutes label={said.breakAfter} values={REST} chosen={rest} choose={setRest} />
        <button>{session.tools.timer.value ? said.again : said.start}</button>
      </form>
    </section>
  );
}

type MinutesProps = { label: string; values: number[]; chosen: number; choose: (minutes: number) => void };

function Minutes({ label, values, chosen, choose }: MinutesProps): JSX.Element {
  const { words } = useRoom();
  return (
    <label class="field">
      <span>{label}</span>
      <select value={chosen} onChange={(event) => choose(Number(event.currentTarget.value))}>
        {values.map((minutes) => (
          <option key={minutes} value={minutes}>
            {minutes === 0 ? words.tools.timer.noBreak : words.tools.timer.minutes(minutes)}
          </option>
        ))}
      </select>
    </label>
  );
}

function BoardForm(): JSX.Element {
  const { session, words } = useRoom();
  const ask = useAsk();
  const { board } = session.tools;
  return (
    <section>
      <h3>{words.tools.board.title}</h3>
      {board.up.value ? (
        <button type="button" onClick={() => ask(() => board.hide())}>
          {words.tools.board.hide}
        </button>
      ) : (
        <button type="button" onClick={() => ask(() => board.show("hosts"))}>
          {words.tools.board.show}
        </button>
      )}
    </section>
  );
}

/** A PDF goes into the chat, so that everybody has it, and then onto everybody's screen. */
function SlidesForm(): JSX.Element {
  const { session, uploads, view, words } = useRoom();
  const ask = useAsk();
  const { slides } = words.tools;
  const shown = session.tools.slides.value;
  const upload = uploads.list.value.find(({ client_id }) => client_id === view.presenting.value);
  const choose = (files: FileList | null): void => {
    if (files?.[0]) view.presenting.value = uploads.add([files[0]])[0] ?? null;
  };
  return (
    <section>
      <h3>{slides.title}</h3>
      {shown ? (
        <p class="slides-now">
          <span>{shown.file.name}</span>
          <button type="button" onClick={() => ask(() => session.tools.hideSlides())}>
            {slides.hide}
          </button>
        </p>
      ) : (
        <p class="hint">{slides.hint}</p>
      )}
      {upload && upload.refused === null && <progress value={upload.sent} aria-label={words.chat.sending} />}
      {upload && upload.refused !== null && (
        <p class="problem" role="alert">
          {words.chat.notTaken(upload.refused, Infinity)}
        </p>
      )}
      <label class="button choose-file">
        {slides.choose}
        <input
          type="file"
          accept=".pdf,application/pdf"
          onChange={(event) => {
            choose(event.currentTarget.files);
            event.currentTarget.value = "";
          }}
        />
      </label>
    </section>
  );
}
