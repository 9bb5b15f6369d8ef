/** One page from the link to the room: the device check, then the same page waits. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Phase } from "../session.ts";
import { useFocus, useRoom } from "./context.ts";
import { DeviceChoices } from "./DeviceChoices.tsx";
import { silence } from "../level.ts";
import { Facts } from "./Facts.tsx";
import { LookButton } from "./LookChoice.tsx";
import { Preview } from "./Preview.tsx";
import { Verdict } from "./Verdict.tsx";
import { Waiting } from "./Waiting.tsx";

export type LobbyPhase = Extract<Phase, { name: "preparing" | "connecting" | "waiting" }>;

export function Lobby({ phase }: { phase: LobbyPhase }): JSX.Element {
  const { local, network, page, session } = useRoom();
  const check = (): void => {
    const track = local.camera.track.peek() ?? local.microphone.track.peek() ?? silence();
    if (page.form !== "chat") void network.run(track);
  };
  useEffect(() => {
    const prepared = page.publishes ? local.prepare() : Promise.resolve();
    // Who is on the way in already needs the line for the room.
    if (phase.name === "preparing") void prepared.then(() => session.phase.peek().name === "preparing" && check());
    return () => network.stop();
  }, [local, network, page]);
  const door = phase.name === "waiting" ? phase.door : null;
  const starts = door ? Date.parse(door.starts_at) : page.startsAt;
  const ends = door ? Date.parse(door.ends_at) : page.endsAt;
  return (
    <main class={page.publishes ? "lobby" : "lobby single"}>
      {page.publishes && (
        <section class="lobby-devices">
          <Preview />
          <DeviceChoices />
        </section>
      )}
      <section class="lobby-facts">
        <p class="look">
          <LookButton />
        </p>
        <Heading key={phase.name} phase={phase} />
        <Facts starts={starts} ends={ends} />
        {phase.name === "preparing" && <Verdict check={check} />}
        {phase.name === "preparing" ? <Entrance /> : <Waiting door={door} />}
      </section>
    </main>
  );
}

function Heading({ phase }: { phase: LobbyPhase }): JSX.Element {
  const { page, words } = useRoom();
  const heading = useFocus<HTMLHeadingElement>();
  const waiting = phase.name === "waiting" ? words.waiting.why[phase.door.why] : null;
  const preparing = page.publishes ? words.check.title : words.check.door;
  return (
    <h1 ref={heading} tabIndex={-1}>
      {waiting ?? (phase.name === "connecting" ? words.waiting.connecting : preparing)}
    </h1>
  );
}

function Entrance(): JSX.Element {
  const { local, network, page, session, words } = useRoom();
  const { camera, microphone } = local;
  const silent = page.publishes && !camera.track.value && !microphone.track.value;
  const enter = (): void => {
    local.hushAll();
    network.stop();
    session.connect();
  };
  const opening = camera.opening.value || microphone.opening.value;
  return (
    <>
      {!page.publishes && <p>{page.form === "chat" ? words.check.chatOnly : words.check.listenOnly}</p>}
      <button class="primary enter" onClick={enter}>
        {silent && !opening ? words.check.enterSilently : words.check.enter}
      </button>
      {page.publishes && <p class="hint">{words.check.allowHint}</p>}
    </>
  );
}
