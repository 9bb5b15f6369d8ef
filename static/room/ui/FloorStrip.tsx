/** Beside the host's controls: who has raised a hand, in order, and who waits at the door. */
import type { JSX } from "preact";
import type { Peer } from "../protocol.ts";
import { hour } from "../time.ts";
import { useAsk } from "./asking.ts";
import { useRoom } from "./context.ts";
import { IconButton } from "./IconButton.tsx";

export function FloorStrip(): JSX.Element | null {
  const { session } = useRoom();
  if (!session.rights.value.moderate) return null;
  return (
    <div class="strips">
      <Door />
      <Hands hands={session.floor.hands.value} />
    </div>
  );
}

function Door(): JSX.Element | null {
  const { session, view, words } = useRoom();
  const ask = useAsk();
  const lobby = session.floor.lobby.value;
  if (!lobby) return null;
  const { line, one_by_one, waiting } = lobby;
  // In a line the button stays: the last conversation is ended by it too.
  if (waiting.length === 0 && !(line && session.people.others.value.size > 0)) return null;
  const next = waiting.length > 0 ? words.lobby.next : words.lobby.finish;
  const topic = session.session.value?.topic !== null;
  return (
    <section class="strip" aria-label={words.lobby.title}>
      <p>{words.lobby.count(waiting.length)}</p>
      {line && topic && (
        <button class="primary" onClick={() => ask(() => session.floor.next())}>
          {next}
        </button>
      )}
      {!line && one_by_one && topic && (
        <button class="primary" onClick={() => ask(() => session.floor.admitAll())}>
          {words.lobby.admitAll}
        </button>
      )}
      {view.panel.value !== "people" && waiting.length > 0 && (
        <button onClick={() => view.toggle("people")}>{words.lobby.show}</button>
      )}
    </section>
  );
}

function Hands({ hands }: { hands: Peer[] }): JSX.Element | null {
  const { words } = useRoom();
  if (hands.length === 0) return null;
  return (
    <section class="strip" aria-label={words.floor.hands}>
      <p>
        {words.floor.hands}: {hands.length}
      </p>
      <ol class="hands">
        {hands.map((peer) => (
          <li key={peer.id}>
            <Hand peer={peer} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Hand({ peer }: { peer: Peer }): JSX.Element {
  const { page, session, words } = useRoom();
  const ask = useAsk();
  const since = peer.hand_since === null ? "" : words.floor.since(hour(Date.parse(peer.hand_since), page.ownZone));
  return (
    <>
      <span class="hand-who">
        <strong>{peer.name}</strong> <span>{since}</span>
      </span>
      <button class="primary" aria-label={`${words.floor.give}: ${peer.name}`} onClick={() => ask(() => session.floor.give(peer.id))}>
        {words.floor.give}
      </button>
      <IconButton
        icon="close"
        label={`${words.floor.lowerTheirs}: ${peer.name}`}
        look="quiet round-small"
        press={() => ask(() => session.floor.lower(peer.id))}
      />
    </>
  );
}
