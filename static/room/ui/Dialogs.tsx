/** What may lie over the room: the topic, settings and keys, the plain question before ending. */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Refusal } from "../wire.ts";
import { refusalIn } from "../words/index.ts";
import { useRoom } from "./context.ts";
import { Dialog } from "./Dialog.tsx";
import { Settings } from "./Settings.tsx";
import { TopicForm } from "./TopicForm.tsx";

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
  if (view.dialog.value === "settings") return <Settings close={close} />;
  if (view.dialog.value === "leave") return <Ending close={close} />;
  return null;
}

/** Whoever leads chooses between leaving and ending; the others leave without a question. */
function Ending({ close }: { close: () => void }): JSX.Element {
  const { session, words } = useRoom();
  const [problem, setProblem] = useState("");
  const end = (): void => {
    session.closeRoom().catch((error: unknown) => {
      setProblem(refusalIn(words, error instanceof Refusal ? error.code : "unanswered"));
    });
  };
  return (
    <Dialog title={words.close.question} close={close}>
      <p>{words.close.consequence}</p>
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
