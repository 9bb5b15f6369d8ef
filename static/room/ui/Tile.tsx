/** One person: picture or initials, name, role, microphone. */
import type { JSX } from "preact";
import type { Peer } from "../protocol.ts";
import { useRoom } from "./context.ts";
import { Icon } from "./icons.tsx";
import { IconButton } from "./IconButton.tsx";
import { RemoteVideo, Video } from "./Video.tsx";

type TileProps = { peer: Peer; source?: "camera" | "screen" };

export function Tile({ peer, source = "camera" }: TileProps): JSX.Element {
  const { session, words } = useRoom();
  const { people } = session;
  const mine = peer.id === people.me.value?.id;
  const speaks = source === "camera" && people.speaker.value === peer.id;
  const name = mine ? words.mine(peer.name) : peer.name;
  const about = peer.about || words.role[peer.role];
  const label = source === "screen" ? words.room.shares(name) : `${name}, ${about}${speaks ? `, ${words.room.speaks}` : ""}`;
  return (
    <figure class="tile" data-speaks={speaks} data-source={source} data-peer={peer.id} aria-label={label}>
      {mine ? <MyPicture name={name} /> : <TheirPicture peer={peer} source={source} name={name} />}
      <figcaption>
        {source === "camera" && <Microphone peer={peer} mine={mine} />}
        {source === "camera" && <FloorSign peer={peer} />}
        {source === "camera" && !mine && <Line peer={peer} />}
        <span class="tile-who">
          <span class="tile-name">{source === "screen" ? words.room.shares(name) : name}</span>
          {source === "camera" && <span class="tile-about">{about}</span>}
        </span>
      </figcaption>
      {!mine && source === "camera" && <PersonButton peer={peer} />}
    </figure>
  );
}

/** Nobody is shown to themselves whom the others cannot see: in a full room, or when a host has stopped the camera. */
function MyPicture({ name }: { name: string }): JSX.Element {
  const { local, session } = useRoom();
  const track = local.camera.track.value;
  return track && session.rights.value.publish_video ? <Video track={track} mirrored label={name} /> : <Initials name={name} />;
}

function TheirPicture({ peer, source, name }: { peer: Peer; source: "camera" | "screen"; name: string }): JSX.Element {
  const { local, media, session, words } = useRoom();
  const producer = session.people.published(peer.id, source);
  if (!producer || producer.paused) return <Initials name={name} />;
  const { value: saving } = local.saving;
  // A picture that is not on the page is not sent either: its tile measures nothing.
  if (saving === "pictures" || (saving === "faces" && source === "camera")) return <Initials name={name} />;
  const track = media.receiving.tracks.value.get(producer.id)?.track;
  return (
    <>
      {/* Until the first frame is there, and while none comes, the picture is clear and the letters stand there. */}
      <Initials name={name} />
      <RemoteVideo producer={producer.id} track={track} label={name} whole={source === "screen"} />
      {media.receiving.starved.value.has(producer.id) && <p class="tile-note">{words.room.starved}</p>}
    </>
  );
}

function Initials({ name }: { name: string }): JSX.Element {
  const letters = name.split(/\s+/).slice(0, 2).map((word) => word.charAt(0));
  return (
    <span class="initials" aria-hidden="true">
      {letters.join("")}
    </span>
  );
}

/** One, two or three bars. */
function Line({ peer }: { peer: Peer }): JSX.Element | null {
  const { media, words } = useRoom();
  const quality = media.receiving.quality.value.get(peer.id);
  if (quality === undefined) return null;
  const label = words.room.line[quality];
  return (
    <span class="tile-line" data-line={quality} title={label}>
      <Icon name="line" />
      <span class="hidden-words">{label}</span>
    </span>
  );
}

/** A hand that is up, or the floor. */
export function FloorSign({ peer }: { peer: Peer }): JSX.Element | null {
  const { words } = useRoom();
  if (peer.hand_since === null && !peer.floor) return null;
  return (
    <span class="floor-sign" data-floor={peer.floor} title={peer.floor ? words.floor.has : words.floor.handUp}>
      <Icon name={peer.floor ? "speech" : "hand"} />
      <span class="hidden-words">{peer.floor ? words.floor.has : words.floor.handUp}</span>
    </span>
  );
}

/** Opens what can be done about a person. */
export function PersonButton({ peer }: { peer: Peer }): JSX.Element | null {
  const { session, view, words } = useRoom();
  const { moderate } = session.rights.value;
  if (session.session.value?.form === "chat" && !moderate) return null;
  const open = (): void => {
    view.dialog.value = { person: peer.id };
  };
  return <IconButton icon="more" label={words.floor.actions(peer.name)} look="round-small person-button" press={open} />;
}

export function Microphone({ peer, mine }: { peer: Peer; mine: boolean }): JSX.Element | null {
  const { local, session, words } = useRoom();
  const producer = session.people.published(peer.id, "microphone");
  const on = mine
    ? local.microphone.on.value && local.microphone.track.value !== null && session.rights.value.publish_audio
    : producer !== undefined && !producer.paused;
  return (
    <span class="tile-microphone" data-on={on}>
      <Icon name={on ? "microphone" : "microphoneOff"} />
      <span class="hidden-words">{on ? words.room.unmuted : words.room.muted}</span>
    </span>
  );
}
