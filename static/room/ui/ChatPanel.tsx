/** The conversation: what was said, what is still on its way, and the field. */
import type { JSX, TargetedEvent, TargetedKeyboardEvent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { LONGEST_MESSAGE, type Pending } from "../chat.ts";
import type { Message } from "../protocol.ts";
import { hour } from "../time.ts";
import { refusalIn } from "../words/index.ts";
import { useRoom } from "./context.ts";
import { IconButton } from "./IconButton.tsx";
import { withLinks } from "./links.tsx";

export function ChatPanel(): JSX.Element {
  const { chat } = useRoom().session;
  const [draft, setDraft] = useState("");
  useEffect(() => {
    chat.read(true);
    return () => chat.read(false);
  }, [chat]);
  const mend = (message: Pending): void => setDraft(chat.withdraw(message.client_id));
  return (
    <div class="chat">
      <Messages mend={mend} />
      <Compose draft={draft} setDraft={setDraft} />
    </div>
  );
}

function Messages({ mend }: { mend: (message: Pending) => void }): JSX.Element {
  const { session, words } = useRoom();
  const messages = session.chat.messages.value;
  const pending = session.chat.pending.value;
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const element = list.current;
    // Somebody who has scrolled up is reading: the list stays where it is.
    if (element && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [messages, pending]);
  const scrolled = ({ currentTarget: element }: TargetedEvent<HTMLDivElement>): void => {
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
  };
  return (
    <div class="messages" ref={list} onScroll={scrolled} tabIndex={0} role="log" aria-live="off" aria-label={words.chat.title}>
      {messages.length + pending.length === 0 && <p class="nothing">{words.chat.empty}</p>}
      <ol>
        {messages.map((message) => (
          <Said key={message.id} message={message} />
        ))}
        {pending.map((message) => (
          <Unsent key={message.client_id} message={message} mend={mend} />
        ))}
      </ol>
    </div>
  );
}

function Said({ message }: { message: Message }): JSX.Element {
  const { page, session, words } = useRoom();
  const mine = message.author === session.people.me.value?.id;
  return (
    <li class="message" data-mine={mine}>
      <p class="message-head">
        <strong>{mine ? words.you : message.author_name}</strong>
        <time dateTime={message.sent_at}>{hour(Date.parse(message.sent_at), page.ownZone)}</time>
      </p>
      <p class="message-body">{message.hidden ? <em>{words.chat.hidden}</em> : withLinks(message.body)}</p>
    </li>
  );
}

function Unsent({ message, mend }: { message: Pending; mend: (message: Pending) => void }): JSX.Element {
  const { session, words } = useRoom();
  const state = session.online.value ? words.chat.sending : words.chat.waits;
  return (
    <li class="message" data-mine data-unsent>
      <p class="message-head">
        <strong>{words.you}</strong>
        <span>{message.refused === null ? state : refusalIn(words, message.refused)}</span>
      </p>
      <p class="message-body">{message.body}</p>
      {message.refused !== null && (
        <button type="button" class="quiet" onClick={() => mend(message)}>
          {words.chat.mend}
        </button>
      )}
    </li>
  );
}

type ComposeProps = { draft: string; setDraft: (text: string) => void };

function Compose({ draft, setDraft }: ComposeProps): JSX.Element {
  const { session, words } = useRoom();
  const field = useRef<HTMLTextAreaElement>(null);
  const over = draft.length - LONGEST_MESSAGE;
  useEffect(() => field.current?.focus({ preventScroll: true }), []);
  if (!session.rights.value.write) return <p class="nothing">{words.chat.readOnly}</p>;

  const send = (): void => {
    if (over > 0) return;
    session.chat.say(draft);
    setDraft("");
    field.current?.focus();
  };
  const pressed = (event: TargetedKeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      class="compose"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        rows={2}
        value={draft}
        aria-label={words.chat.field}
        placeholder={words.chat.field}
        aria-invalid={over > 0}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={pressed}
      />
      <IconButton icon="send" label={words.chat.send} look="primary round" type="submit" disabled={over > 0} />
      {over > 0 && <p class="problem" role="alert">{words.chat.tooLong(over)}</p>}
    </form>
  );
}
