/** The one bar of controls: large enough for a thumb, named for a reader, the same order everywhere. */
import type { JSX } from "preact";
import type { Room } from "../room.ts";
import { useAsk } from "./asking.ts";
import { useCrowded, usePhone, useRoom } from "./context.ts";
import { FloorStrip } from "./FloorStrip.tsx";
import { Icon, type IconName } from "./icons.tsx";

type ControlProps = {
  icon: IconName;
  label: string;
  short: string;
  press: () => void;
  state?: "on" | "off" | undefined;
  disabled?: boolean;
  badge?: number;
  expanded?: boolean | undefined;
  danger?: boolean;
};

function Control({ icon, label, short, press, state, disabled = false, badge = 0, expanded, danger = false }: ControlProps): JSX.Element {
  return (
    <button
      type="button"
      class={danger ? "control control-leave" : "control"}
      data-state={state}
      disabled={disabled}
      aria-expanded={expanded}
      title={label}
      onClick={press}
    >
      <Icon name={icon} />
      <span class="hidden-words">{label}</span>
      <span class="control-name" aria-hidden="true">
        {short}
      </span>
      {badge > 0 && (
        <span class="count" aria-hidden="true">
          {Math.min(badge, 99)}
        </span>
      )}
    </button>
  );
}

export function Bar(): JSX.Element {
  const { session, view, words } = useRoom();
  const writing = session.session.value?.form === "chat";
  const phone = usePhone();
  const { moderate } = session.rights.value;
  const crowded = useCrowded();
  return (
    <footer class="bar">
      <FloorStrip />
      <div class="bar-controls" role="toolbar" aria-label={words.bar.label}>
        {!writing && <Devices phone={phone} />}
        <HandControl />
        {!writing && <ChatControl />}
        {!(crowded && !moderate) && (
          <Control
            icon="people"
            label={`${words.bar.people}: ${session.people.all.value.length}`}
            short={words.bar.short.people}
            expanded={view.panel.value === "people"}
            press={() => view.toggle("people")}
          />
        )}
        {!crowded && <ToolsControl />}
        {(moderate || crowded) && <MoreControl crowded={crowded} />}
        <LeaveControl />
      </div>
    </footer>
  );
}

/** What does not fit, and what is seldom needed. */
function MoreControl({ crowded }: { crowded: boolean }): JSX.Element {
  const { session, view, words } = useRoom();
  const open = (): void => {
    view.dialog.value = "more";
  };
  const asked = crowded && awaitsAnswer(session);
  const label = asked ? `${words.floor.more}…, ${words.tools.poll}` : `${words.floor.more}…`;
  return <Control icon="more" label={label} short={words.floor.more} badge={asked ? 1 : 0} press={open} />;
}

/** A poll that I have not answered. */
function awaitsAnswer({ rights, tools }: Room["session"]): boolean {
  const poll = tools.poll.value;
  return poll !== null && !poll.closed && poll.mine === null && !rights.value.moderate;
}

/** For those who lead; for the others while there is something to answer or to read. */
function ToolsControl(): JSX.Element | null {
  const { session, view, words } = useRoom();
  const { moderate } = session.rights.value;
  const poll = session.tools.poll.value;
  if (!moderate && poll === null) return null;
  return (
    <Control
      icon="tools"
      label={moderate ? words.tools.title : words.tools.poll}
      short={moderate ? words.tools.short : words.tools.poll}
      badge={awaitsAnswer(session) ? 1 : 0}
      expanded={view.panel.value === "tools"}
      press={() => view.toggle("tools")}
    />
  );
}

function HandControl(): JSX.Element | null {
  const { session, words } = useRoom();
  const ask = useAsk();
  if (!session.rights.value.raise_hand) return null;
  const up = session.floor.myHand.value;
  return (
    <Control
      icon="hand"
      label={up ? words.floor.lower : words.floor.raise}
      short={words.floor.hand}
      state={up ? "on" : undefined}
      press={() => ask(() => session.floor.toggleHand())}
    />
  );
}

function Devices({ phone }: { phone: boolean }): JSX.Element | null {
  const { local, session, words } = useRoom();
  const { publish_audio, publish_video, publish_screen } = session.rights.value;
  const microphone = local.microphone.on.value && local.microphone.track.value !== null;
  const camera = local.camera.track.value !== null;
  const screen = local.screen.value !== null;
  return (
    <>
      {publish_audio && (
        <Control
          icon={microphone ? "microphone" : "microphoneOff"}
          label={microphone ? words.bar.microphoneOff : words.bar.microphoneOn}
          short={words.bar.short.microphone}
          state={microphone ? "on" : "off"}
          press={() => void local.toggleMicrophone()}
        />
      )}
      {publish_video && (
        <Control
          icon={camera ? "camera" : "cameraOff"}
          label={camera ? words.bar.cameraOff : words.bar.cameraOn}
          short={words.bar.short.camera}
          state={camera ? "on" : "off"}
          press={() => void local.toggleCamera()}
        />
      )}
      {publish_screen && local.canShare.value && !phone && (
        <Control
          icon={screen ? "screenOff" : "screen"}
          label={screen ? words.bar.screenOff : words.bar.screenOn}
          short={words.bar.short.screen}
          state={screen ? "on" : undefined}
          press={() => void local.toggleScreen()}
        />
      )}
    </>
  );
}

function ChatControl(): JSX.Element {
  const { session, view, words } = useRoom();
  const unread = session.chat.unread.value;
  return (
    <Control
      icon="chat"
      label={unread > 0 ? `${words.bar.chat}, ${words.bar.unread(unread)}` : words.bar.chat}
      short={words.bar.chat}
      badge={unread}
      expanded={view.panel.value === "chat"}
      press={() => view.toggle("chat")}
    />
  );
}

function LeaveControl(): JSX.Element {
  const { session, view, words } = useRoom();
  const leave = (): void => {
    if (session.rights.value.lead) view.dialog.value = "leave";
    else void session.leave();
  };
  const label = session.rights.value.lead ? `${words.bar.leave}…` : words.bar.leave;
  return <Control icon="leave" label={label} short={words.bar.leave} danger press={leave} />;
}
