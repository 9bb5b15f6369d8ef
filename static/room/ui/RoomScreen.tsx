/** Inside: a line of facts, the pictures or the conversation, the panel, the bar. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { keepAwake } from "../awake.ts";
import type { Session } from "../protocol.ts";
import { MINUTE, minutesLeft } from "../time.ts";
import { Bar } from "./Bar.tsx";
import { BoardPlace } from "./BoardPlace.tsx";
import { ChatPanel } from "./ChatPanel.tsx";
import { useFocus, useNow, useRoom, useSheet } from "./context.ts";
import { Dialogs } from "./Dialogs.tsx";
import { IconButton } from "./IconButton.tsx";
import { useKeys } from "./keys.ts";
import { LookButton } from "./LookChoice.tsx";
import { Notes } from "./Notes.tsx";
import { SidePanel } from "./SidePanel.tsx";
import { Sounds } from "./Sounds.tsx";
import { Slides } from "./Slides.tsx";
import { Stage } from "./Stage.tsx";
import { TimerNote } from "./TimerNote.tsx";

export function RoomScreen(): JSX.Element | null {
  const room = useRoom();
  useKeys(room);
  const { session, view } = room;
  const about = session.session.value;
  const title = about?.title ?? "";
  useEffect(() => keepAwake(title), [title]);
  const sheet = useSheet();
  if (!about) return null;
  const writing = about.form === "chat";
  const panel = writing && view.panel.value === "chat" ? null : view.panel.value;
  const shown = session.tools.slides.value !== null || session.tools.board.up.value !== null;
  return (
    <div class="room" data-online={session.online.value} data-panel={panel !== null}>
      <Top session={about} />
      <main class="room-main" aria-label={room.words.room.label}>
        <div>
          <Notes session={about} />
          <TimerNote />
        </div>
        {/* What lies under a sheet cannot be seen: the focus does not go there. */}
        <div class="content" data-slides={shown} inert={sheet && panel !== null}>
          {session.tools.board.up.value ? <BoardPlace /> : <Slides />}
          {writing ? <ChatPanel /> : <Stage session={about} />}
        </div>
      </main>
      {panel && <SidePanel key={panel} panel={panel} />}
      <Bar />
      <Sounds />
      <Dialogs />
    </div>
  );
}

function Top({ session: about }: { session: Session }): JSX.Element {
  const { session, view, words } = useRoom();
  const heading = useFocus<HTMLHeadingElement>();
  const settings = (): void => {
    view.dialog.value = "settings";
  };
  const webinar = about.form === "webinar" && about.kind === "group";
  const listeners = session.people.all.value.filter(({ role }) => role !== "host" && role !== "cohost").length;
  return (
    <header class="room-top">
      <div class="room-facts">
        <h1 ref={heading} tabIndex={-1}>
          {about.title}
        </h1>
        {about.topic !== null && <p>{about.topic}</p>}
      </div>
      <p class="room-state">
        {webinar && <span>{words.room.listeners(listeners)}</span>}
        <TimeLeft session={about} />
      </p>
      <div class="room-tools">
        <Float />
        <LookButton />
        <IconButton icon="settings" label={words.bar.settings} look="quiet round-small" press={settings} />
      </div>
    </header>
  );
}

/** A small window with whoever speaks, over everything else on the screen. */
function Float(): JSX.Element | null {
  const { floating, media, session, words } = useRoom();
  const seen = [...media.receiving.tracks.value.values()].some(({ producer }) => producer.kind === "video");
  if (!floating.can || (!seen && !floating.on.value)) return null;
  const toggle = (): void => void floating.toggle(session.people.speaker.peek());
  const label = floating.on.value ? words.bar.floatOff : words.bar.floatOn;
  return <IconButton icon="float" label={label} look="quiet round-small" press={toggle} />;
}

function TimeLeft({ session }: { session: Session }): JSX.Element | null {
  const { words } = useRoom();
  const now = useNow();
  const ends = Date.parse(session.ends_at);
  // Near the end the note under this line says the same, louder.
  return ends - now > session.warning_minutes * MINUTE ? <span>{words.minutesLeft(minutesLeft(ends, now))}</span> : null;
}
