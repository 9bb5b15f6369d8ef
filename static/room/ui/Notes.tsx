/** Lines of text over the pictures: what is the matter now, and what to do about it. */
import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { announce } from "../announce.ts";
import type { Session } from "../protocol.ts";
import { hour, MINUTE, minutesLeft } from "../time.ts";
import { useAsk } from "./asking.ts";
import { useNow, useRoom } from "./context.ts";
import { LONGER_MINUTES } from "./Dialogs.tsx";
import { Icon } from "./icons.tsx";

function Note({ tone, children }: { tone: "warn" | "bad" | "calm"; children: ComponentChildren }): JSX.Element {
  return <div class={`note ${tone}`}>{children}</div>;
}

export function Notes({ session: about }: { session: Session }): JSX.Element {
  const { media, session, view, words } = useRoom();
  const refused = [...media.publishing.refused.value.keys()];
  return (
    <div class="notes">
      {!session.online.value && <Reconnecting since={session.lostAt.value} />}
      {media.unable.value && (
        <Note tone="bad">
          <p role="alert">{words.room.unable}</p>
        </Note>
      )}
      {media.blocked.value && session.online.value && (
        <Note tone="bad">
          <p role="alert">{words.room.blocked}</p>
        </Note>
      )}
      {view.silenced.value && <TapToHear />}
      <TopicReminder topic={about.topic} />
      {refused.map((source) => (
        <Note key={source} tone="warn">
          <p role="alert">{words.room.refusedSource[source]}</p>
        </Note>
      ))}
      <FloorNotes />
      <Sharing />
      <Saving />
      <DeviceProblems />
      <TimeNote session={about} />
    </div>
  );
}

/** After this long nobody should go on waiting without a hint. */
const LONG_AWAY = 2 * MINUTE;

function Reconnecting({ since }: { since: number | null }): JSX.Element {
  const { words } = useRoom();
  const now = useNow();
  const long = since !== null && now - since >= LONG_AWAY;
  return (
    <Note tone="warn">
      <p role="alert">{long ? words.room.reconnectingLong : words.room.reconnecting}</p>
    </Note>
  );
}

/** What a host has done to me, what a full room leaves me, what the server has refused. */
function FloorNotes(): JSX.Element {
  const { session, view, words } = useRoom();
  const { floor } = session;
  const told = floor.told.value;
  const { publish_audio, receive_audio, receive_video } = session.rights.value;
  const left = receive_audio ? (publish_audio ? words.place.audio : words.place.listen) : words.place.chat;
  const full = session.session.value?.form !== "chat" && !receive_video;
  return (
    <>
      {told !== null && (
        <Note tone={told === "floor_given" || told.endsWith("allowed") ? "calm" : "warn"}>
          <p>{words.told[told]}</p>
          <button
            onClick={() => {
              floor.told.value = null;
            }}
          >
            {words.bar.close}
          </button>
        </Note>
      )}
      {full && (
        <Note tone="warn">
          <p role="status">{left}</p>
        </Note>
      )}
      {view.problem.value !== null && (
        <Note tone="bad">
          <p role="alert">{view.problem.value}</p>
          <button
            onClick={() => {
              view.problem.value = null;
            }}
          >
            {words.bar.close}
          </button>
        </Note>
      )}
    </>
  );
}

function TapToHear(): JSX.Element {
  const { view, words } = useRoom();
  return (
    <button
      class="primary tap"
      onClick={() => {
        view.silenced.value = false;
      }}
    >
      <Icon name="sound" />
      {words.room.tapToHear}
    </button>
  );
}

function TopicReminder({ topic }: { topic: string | null }): JSX.Element | null {
  const { session, view, words } = useRoom();
  if (topic !== null || !session.rights.value.set_topic || !view.topicPutOff.value) return null;
  const open = (): void => {
    view.dialog.value = "topic";
  };
  return (
    <Note tone="warn">
      <p>{words.room.topicMissing}</p>
      <button onClick={open}>{words.topic.set}</button>
    </Note>
  );
}

function Sharing(): JSX.Element | null {
  const { local, words } = useRoom();
  if (!local.screen.value) return null;
  return (
    <Note tone="calm">
      <p role="status">{words.room.sharesMine}</p>
      <button onClick={() => void local.toggleScreen()}>{words.room.sharesStop}</button>
    </Note>
  );
}

/** What is not shown by one's own choice, and the way back. */
function Saving(): JSX.Element | null {
  const { local, words } = useRoom();
  const saving = local.saving.value;
  if (saving === "nothing") return null;
  return (
    <Note tone="calm">
      <p>{words.room.saves[saving]}</p>
      <button onClick={() => void local.save("nothing")}>{words.room.savesNot}</button>
    </Note>
  );
}

function DeviceProblems(): JSX.Element {
  const { local, session, words } = useRoom();
  const { publish_audio, publish_video } = session.rights.value;
  const shown = [publish_audio && ("microphone" as const), publish_video && ("camera" as const)];
  return (
    <>
      {shown.map((input) => {
        const problem = input && local[input].problem.value;
        if (!input || !problem || local[input].quiet.value) return null;
        return (
          <Note key={input} tone="warn">
            <p role="alert">{words.problem[problem](input)}</p>
            <button onClick={() => void local.retry(input)}>{words.tryAgain}</button>
            <button onClick={() => local.hush(input)}>{words.bar.close}</button>
          </Note>
        );
      })}
      <Unplugged />
    </>
  );
}

/** A device went away and another one serves, or something else has it for a while. */
function Unplugged(): JSX.Element {
  const { local, words } = useRoom();
  return (
    <>
      {(["microphone", "camera"] as const).map((input) => {
        const { moved, held, on, track } = local[input];
        if (held.value && on.value && track.value)
          return (
            <Note key={input} tone="warn">
              <p role="alert">{words.room.held[input]}</p>
            </Note>
          );
        if (moved.value === null) return null;
        return (
          <Note key={input} tone="calm">
            <p role="status">{words.room.deviceGone[input](moved.value)}</p>
            <button
              onClick={() => {
                moved.value = null;
              }}
            >
              {words.bar.close}
            </button>
          </Note>
        );
      })}
      {local.output.value === "" && local.speaker.value !== "" && (
        <Note tone="calm">
          <p role="status">{words.room.speakerGone}</p>
          <button onClick={() => local.chooseSpeaker("")}>{words.bar.close}</button>
        </Note>
      )}
    </>
  );
}

function TimeNote({ session }: { session: Session }): JSX.Element | null {
  const room = useRoom();
  const { page, words } = room;
  const { rights } = room.session;
  const ask = useAsk();
  const extend = (): Promise<void> => room.session.extend(LONGER_MINUTES);
  const now = useNow();
  const ends = Date.parse(session.ends_at);
  const near = ends - now <= session.warning_minutes * MINUTE;
  const text = now >= ends ? words.room.pastEnd(hour(Date.parse(session.closes_at), page.ownZone)) : words.endsSoon(minutesLeft(ends, now));
  useEffect(() => {
    // Said once when it begins and once when the time is over, not every minute.
    if (near) announce(text);
  }, [near, now >= ends]);
  return near ? (
    <Note tone="calm">
      <p>{text}</p>
      {rights.value.lead && <button onClick={() => ask(extend)}>{words.floor.extend}</button>}
    </Note>
  ) : null;
}
