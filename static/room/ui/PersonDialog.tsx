/** What can be done about one person: show large; for hosts the floor, the microphone, the camera, the way out. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { hosts } from "../people.ts";
import type { Peer } from "../protocol.ts";
import { useAsk } from "./asking.ts";
import { useRoom } from "./context.ts";
import { Dialog } from "./Dialog.tsx";

type PersonProps = { peer: Peer; close: () => void };

export function PersonDialog({ person, close }: { person: number; close: () => void }): JSX.Element | null {
  const { media, session, words } = useRoom();
  const [removing, setRemoving] = useState(false);
  const line = media.receiving.quality.value.get(person);
  const peer = session.people.others.value.get(person);
  if (!peer) return null;
  return (
    <Dialog title={removing ? words.floor.removeQuestion(peer.name) : peer.name} close={close}>
      {removing ? (
        <Removal peer={peer} close={close} />
      ) : (
        <>
          <p>{peer.about || words.role[peer.role]}</p>
          {line !== undefined && <p>{words.room.lineMeans[line]}</p>}
          <div class="choices-list">
            <Pin peer={peer} close={close} />
            <Moderation peer={peer} close={close} remove={() => setRemoving(true)} />
          </div>
        </>
      )}
    </Dialog>
  );
}

function Pin({ peer, close }: PersonProps): JSX.Element | null {
  const { session, view, words } = useRoom();
  if (session.session.value?.form === "chat") return null;
  const pinned = view.pinned.value === peer.id;
  return (
    <button
      onClick={() => {
        view.pinned.value = pinned ? null : peer.id;
        close();
      }}
    >
      {pinned ? words.floor.unpin : words.floor.pin}
    </button>
  );
}

function Moderation({ peer, close, remove }: PersonProps & { remove: () => void }): JSX.Element | null {
  const { session, words } = useRoom();
  const ask = useAsk();
  const { floor, people } = session;
  const { lead, moderate } = session.rights.value;
  // Nobody acts on the host, and only the host on those who help.
  if (!moderate || peer.role === "host" || (hosts(peer) && !lead)) return null;
  const act = (label: string, request: () => Promise<void>): JSX.Element => (
    <button
      onClick={() => {
        ask(request);
        close();
      }}
    >
      {label}
    </button>
  );
  const speaks = people.published(peer.id, "microphone")?.paused === false;
  const media = session.session.value?.form !== "chat" && !hosts(peer);
  return (
    <>
      {media && (peer.floor ? act(words.floor.take, () => floor.take(peer.id)) : act(words.floor.give, () => floor.give(peer.id)))}
      {peer.hand_since !== null && act(words.floor.lowerTheirs, () => floor.lower(peer.id))}
      {media && speaks && act(words.floor.mute, () => floor.mute(peer.id))}
      {media &&
        act(peer.microphone_stopped ? words.floor.allowMicrophone : words.floor.stopMicrophone, () =>
          floor.stop(peer.id, "microphone", !peer.microphone_stopped),
        )}
      {media &&
        act(peer.camera_stopped ? words.floor.allowCamera : words.floor.stopCamera, () =>
          floor.stop(peer.id, "camera", !peer.camera_stopped),
        )}
      {lead && act(hosts(peer) ? words.floor.noCoHost : words.floor.coHost, () => floor.coHost(peer.id, !hosts(peer)))}
      <button class="danger" onClick={remove}>
        {words.floor.remove}
      </button>
    </>
  );
}

function Removal({ peer, close }: PersonProps): JSX.Element {
  const { session, words } = useRoom();
  const ask = useAsk();
  const remove = (mayReturn: boolean) => (): void => {
    ask(() => session.floor.remove(peer.id, mayReturn));
    close();
  };
  return (
    <>
      <p>{words.floor.removeConsequence}</p>
      <p class="actions">
        <button class="danger" onClick={remove(true)}>
          {words.floor.removeForNow}
        </button>
        <button class="danger" onClick={remove(false)}>
          {words.floor.removeForGood}
        </button>
        <button autofocus onClick={close}>
          {words.floor.cancel}
        </button>
      </p>
    </>
  );
}
