/** Who waits at the door, for those who may let them in; the dialog of a refusal with a word. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { hour } from "../time.ts";
import { useAsk } from "./asking.ts";
import { useRoom } from "./context.ts";
import { Dialog } from "./Dialog.tsx";
import type { Lobby } from "../protocol.ts";

/** As long as the server takes. */
const LONGEST_WORD = 300;

export function LobbyList(): JSX.Element | null {
  const { page, session, view, words } = useRoom();
  const ask = useAsk();
  const { floor } = session;
  const lobby = floor.lobby.value;
  if (!session.rights.value.moderate || !lobby) return null;
  return (
    <div class="door">
      {lobby.waiting.length > 0 && <h3>{words.lobby.title}</h3>}
      <ul class="people">
        {lobby.waiting.map((peer) => (
          <li key={peer.id}>
            <span class="person">
              <strong>{peer.name}</strong>
              <span>{peer.about || words.role[peer.role]}</span>
              <span>{words.lobby.since(hour(Date.parse(peer.since), page.ownZone))}</span>
            </span>
            <span class="person-actions">
              {(peer.why === "waiting_for_admission" || peer.why === "waiting_for_turn") && (
                <button
                  class="primary"
                  aria-label={`${lobby.line ? words.lobby.call : words.lobby.admit}: ${peer.name}`}
                  onClick={() => ask(() => floor.admit(peer.id))}
                >
                  {lobby.line ? words.lobby.call : words.lobby.admit}
                </button>
              )}
              <button
                aria-label={`${words.lobby.refuse} ${peer.name}`}
                onClick={() => {
                  view.dialog.value = { refuse: peer.id };
                }}
              >
                {words.lobby.refuse}
              </button>
            </span>
          </li>
        ))}
      </ul>
      {!lobby.line && (
        <label class="switch">
          <input
            type="checkbox"
            checked={lobby.one_by_one}
            onChange={(event) => {
              const on = event.currentTarget.checked;
              ask(() => floor.oneByOne(on));
            }}
          />
          {words.lobby.oneByOne}
        </label>
      )}
      <Removed removed={lobby.removed} />
    </div>
  );
}

/** Whoever was removed for good, and the way to take it back. */
function Removed({ removed }: Pick<Lobby, "removed">): JSX.Element | null {
  const { session, words } = useRoom();
  const ask = useAsk();
  if (removed.length === 0) return null;
  return (
    <>
      <h3>{words.lobby.removed}</h3>
      <ul class="people">
        {removed.map((peer) => (
          <li key={peer.id}>
            <span class="person">
              <strong>{peer.name}</strong>
              <span>{peer.about || words.role[peer.role]}</span>
            </span>
            <span class="person-actions">
              <button
                aria-label={`${words.lobby.readmit}: ${peer.name}`}
                onClick={() => ask(() => session.floor.readmit(peer.id))}
              >
                {words.lobby.readmit}
              </button>
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

export function RefuseDialog({ person, close }: { person: number; close: () => void }): JSX.Element | null {
  const { session, words } = useRoom();
  const ask = useAsk();
  const [word, setWord] = useState("");
  const peer = session.floor.lobby.value?.waiting.find(({ id }) => id === person);
  if (!peer) return null;
  const refuse = (event: Event): void => {
    event.preventDefault();
    ask(() => session.floor.refuse(person, word.trim()));
    close();
  };
  return (
    <Dialog title={words.lobby.refuseQuestion(peer.name)} close={close}>
      <form class="topic" onSubmit={refuse}>
        <label class="field">
          <span>{words.lobby.word}</span>
          <input
            autofocus
            value={word}
            maxLength={LONGEST_WORD}
            placeholder={words.lobby.wordExample}
            onInput={(event) => setWord(event.currentTarget.value)}
          />
        </label>
        <p class="actions">
          <button class="danger">{words.lobby.refuseYes}</button>
          <button type="button" onClick={close}>
            {words.floor.cancel}
          </button>
        </p>
      </form>
    </Dialog>
  );
}
