/** What may lie over the room: the topic, settings and keys, the plain question before ending. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Refusal } from "../wire.ts";
import { refusalIn } from "../words/index.ts";
import { useAsk } from "./asking.ts";
import { useCrowded, useRoom } from "./context.ts";
import { Dialog } from "./Dialog.tsx";
import { Settings } from "./Settings.tsx";
import { RefuseDialog } from "./LobbyList.tsx";
import { PersonDialog } from "./PersonDialog.tsx";
import { TopicForm } from "./TopicForm.tsx";

/** What the button that makes a consultation longer says. */
export const LONGER_MINUTES = 15;

export function Dialogs(): JSX.Element | null {
  const { session, view, words } = useRoom();
  const close = (): void => {
    view.dialog.value = null;
  };
  const topicAwaited = session.rights.value.set_topic && session.session.value?.topic === null && !view.topicPutOff.value;
  if (view.dialog.value === "topic" || topicAwaited) {
    const done = (): void => {
      view.topicPutOff.value = true;
      close();
    };
    return (
      <Dialog title={words.topic.title} close={done}>
        <TopicForm done={done} />
      </Dialog>
    );
  }
  const open = view.dialog.value;
  if (open !== null && typeof open === "object")
    return "person" in open ? <PersonDialog person={open.person} close={close} /> : <RefuseDialog person={open.refuse} close={close} />;
  if (open === "more") return <More close={close} />;
  if (view.dialog.value === "settings") return <Settings close={close} />;
  if (view.dialog.value === "leave") return <Ending close={close} />;
  return null;
}

/** What does not fit into the bar of a phone, and what a host seldom needs. */
function More({ close }: { close: () => void }): JSX.Element {
  const { local, session, view, words } = useRoom();
  const ask = useAsk();
  const crowded = useCrowded();
  const { lead, moderate, publish_screen } = session.rights.value;
  const media = session.session.value?.form !== "chat";
  const screen = local.screen.value !== null;
  const act = (label: string, work: () => void): JSX.Element => (
    <button
      onClick={() => {
        work();
        close();
      }}
    >
      {label}
    </button>
  );
  return (
    <Dialog title={words.floor.more} close={close}>
      <div class="choices-list">
        {crowded && moderate && act(words.tools.title, () => view.show("tools"))}
        {crowded && !moderate && act(words.room.people(session.people.all.value.length), () => view.show("people"))}
        {crowded && !moderate && session.tools.poll.value !== null && act(words.tools.poll, () => view.show("tools"))}
        {publish_screen && local.canShare.value && act(screen ? words.bar.screenOff : words.bar.screenOn, () => void local.toggleScreen())}
        {moderate && media && act(words.floor.muteAll, () => ask(() => session.floor.muteAll()))}
        {lead && act(words.floor.extend, () => ask(() => session.extend(LONGER_MINUTES)))}
      </div>
    </Dialog>
  );
}

/** Whoever leads chooses between leaving and ending; the others leave without a question. */
function Ending({ close }: { close: () => void }): JSX.Element {
  const { session, words } = useRoom();
  const [problem, setProblem] = useState("");
  const [reason, setReason] = useState("");
  const leftOut = (session.tools.checklist.value ?? []).filter(({ ticked_at }) => ticked_at === null);
  const end = (): void => {
    if (leftOut.length > 0 && reason.trim() === "") return setProblem(words.close.reasonNeeded);
    session.closeRoom(reason.trim()).catch((error: unknown) => {
      setProblem(refusalIn(words, error instanceof Refusal ? error.code : "unanswered"));
    });
  };
  return (
    <Dialog title={words.close.question} close={close}>
      <p>{words.close.consequence}</p>
      {leftOut.length > 0 && (
        <div class="left-out">
          <p>{words.close.leftOut}</p>
          <ul>
            {leftOut.map(({ item }) => (
              <li key={item}>{words.tools.checklist.items[item]}</li>
            ))}
          </ul>
          <label class="field">
            <span>{words.close.reason}</span>
            <textarea rows={2} maxLength={500} value={reason} aria-invalid={problem !== ""} onInput={(event) => setReason(event.currentTarget.value)} />
          </label>
        </div>
      )}
      <p class="problem" role="alert">
        {problem}
      </p>
      <p class="actions">
        <button class="danger" onClick={end}>
          {words.close.yes}
        </button>
        <button onClick={() => void session.leave()}>{words.close.leaveOnly}</button>
        <button autofocus onClick={close}>
          {words.close.no}
        </button>
      </p>
    </Dialog>
  );
}
