/** Everybody in the room, hosts first. */
import type { JSX } from "preact";
import { useRoom } from "./context.ts";
import { LobbyList } from "./LobbyList.tsx";
import { FloorSign, Microphone, PersonButton } from "./Tile.tsx";

export function PeoplePanel(): JSX.Element {
  const { session, words } = useRoom();
  const me = session.people.me.value?.id;
  const media = session.session.value?.form !== "chat";
  return (
    <div class="people-scroll">
      <LobbyList />
      <ul class="people">
        {session.people.all.value.map((peer) => (
          <li key={peer.id}>
            <span class="person">
              <strong>{peer.id === me ? words.mine(peer.name) : peer.name}</strong>
              <span>{peer.about || words.role[peer.role]}</span>
            </span>
            <FloorSign peer={peer} />
            {media && <Microphone peer={peer} mine={peer.id === me} />}
            {peer.id !== me && <PersonButton peer={peer} />}
          </li>
        ))}
      </ul>
    </div>
  );
}
