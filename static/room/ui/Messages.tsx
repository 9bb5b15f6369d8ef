/** What was said, and what this browser still owes the server. */
import type { JSX, TargetedEvent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Pending } from "../chat.ts";
import type { Message, Quote } from "../protocol.ts";
import { hour } from "../time.ts";
import type { Upload } from "../uploads.ts";
import { Refusal } from "../wire.ts";
import { refusalIn } from "../words/index.ts";
import { Attachment } from "./Attachment.tsx";
import { useRoom } from "./context.ts";
import { IconButton } from "./IconButton.tsx";
import { MessageText, QuoteText } from "./MessageText.tsx";

type Mend = { mend: (message: Pending) => void };

export function Messages({ mend }: Mend): JSX.Element {
  const { session, uploads, words } = useRoom();
  const messages = session.chat.messages.value;
  const pending = session.chat.pending.value;
  // The message itself may be told before the answer to its sending.
  const sent = new Set(messages.map(({ client_id }) => client_id));
  const files = uploads.list.value.filter(({ client_id }) => !sent.has(client_id));
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    const element = list.current;
    // Somebody who has scrolled up is reading: the list stays where it is.
    if (element && atEnd.current) element.scrollTop = element.scrollHeight;
  }, [messages, pending, uploads.list.value]);
  useEffect(() => {
    const element = list.current;
    if (!element) return undefined;
    // A phone's keyboard makes the list lower, and a picture that has arrived makes it longer.
    const watch = new ResizeObserver(() => {
      if (atEnd.current) element.scrollTop = element.scrollHeight;
    });
    for (const one of [element, ...element.children]) watch.observe(one);
    return () => watch.disconnect();
  }, []);
  const top = useRef(0);
  const scrolled = ({ currentTarget: element }: TargetedEvent<HTMLDivElement>): void => {
    const near = element.scrollHeight - element.scrollTop - element.clientHeight < 40;
    // Only a person goes up: what has grown below since the list was put to its end is no reason to stay behind.
    if (near) atEnd.current = true;
    else if (element.scrollTop < top.current) atEnd.current = false;
    top.current = element.scrollTop;
  };
  return (
    <div class="messages" ref={list} onScroll={scrolled} tabIndex={0} role="log" aria-live="off" aria-label={words.chat.title}>
      {messages.length + pending.length + files.length === 0 && <p class="nothing">{words.chat.empty}</p>}
      <ol>
        {messages.map((message) => (
          <Said key={message.id} message={message} />
        ))}
        {pending.map((message) => (
          <Unsent key={message.client_id} message={message} mend={mend} />
        ))}
        {files.map((upload) => (
          <OnItsWay key={upload.client_id} upload={upload} />
        ))}
      </ol>
    </div>
  );
}

function Said({ message }: { message: Message }): JSX.Element {
  const { page, session, words } = useRoom();
  const mine = message.author === session.people.me.value?.id;
  return (
    <li class="message" data-mine={mine} id={`message-${message.id}`} tabIndex={-1}>
      <p class="message-head">
        <strong>{mine ? words.you : message.author_name}</strong>
        <time dateTime={message.sent_at}>{hour(Date.parse(message.sent_at), page.ownZone)}</time>
      </p>
      {message.quote && !message.hidden && <Quoted quote={message.quote} />}
      {message.hidden ? (
        <p class="message-body">
          <em>{words.chat.hidden}</em>
        </p>
      ) : (
        <>
          {message.body !== "" && (
            <div class="message-body">
              <MessageText text={message.body} />
            </div>
          )}
          {message.file && <Attachment file={message.file} />}
          <Deeds message={message} />
        </>
      )}
    </li>
  );
}

/** What can be done with a message: answer it; who leads may also hide it. */
function Deeds({ message }: { message: Message }): JSX.Element | null {
  const { session, words } = useRoom();
  const [problem, setProblem] = useState("");
  const { write, moderate } = session.rights.value;
  if (!write && !moderate) return null;
  const hide = (): void => {
    session.chat.hide(message.id).catch((error: unknown) => {
      setProblem(refusalIn(words, error instanceof Refusal ? error.code : "unanswered"));
    });
  };
  const answer = (): void => {
    session.chat.answering.value = message;
  };
  const about = words.chat.about(message.author_name || words.you, message.body || (message.file?.name ?? ""));
  return (
    <p class="message-deeds">
      {write && <IconButton icon="reply" label={words.chat.answer} about={about} look="quiet deed" press={answer} />}
      {moderate && <IconButton icon="hide" label={words.chat.hide} about={about} look="quiet deed" press={hide} />}
      {problem !== "" && (
        <span class="problem" role="alert">
          {problem}
        </span>
      )}
    </p>
  );
}

function Quoted({ quote }: { quote: Quote }): JSX.Element {
  const { session, words } = useRoom();
  const original = session.chat.messages.value.find(({ id }) => id === quote.id);
  const jump = (): void => {
    const element = document.getElementById(`message-${quote.id}`);
    element?.scrollIntoView({ block: "center" });
    element?.focus({ preventScroll: true });
  };
  const text = quote.text || (original?.hidden ? words.chat.hidden : (original?.file?.name ?? words.chat.hidden));
  return (
    <button type="button" class="quote" disabled={!original} onClick={jump}>
      <strong>{quote.author_name}</strong>
      <span>
        <QuoteText text={text} />
      </span>
    </button>
  );
}

function Unsent({ message, mend }: { message: Pending } & Mend): JSX.Element {
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

function OnItsWay({ upload }: { upload: Upload }): JSX.Element {
  const { page, session, uploads, words } = useRoom();
  const state = session.online.value ? words.chat.sending : words.chat.waits;
  return (
    <li class="message" data-mine data-unsent>
      <p class="message-head">
        <strong>{words.you}</strong>
        {upload.refused === null ? (
          <span>{state}</span>
        ) : (
          <span role="alert">{words.chat.notTaken(upload.refused, page.fileLimit)}</span>
        )}
      </p>
      <p class="message-body">{upload.file.name}</p>
      {upload.refused === null ? (
        <progress value={upload.sent} aria-label={words.chat.sending} />
      ) : (
        <button type="button" class="quiet" onClick={() => uploads.withdraw(upload.client_id)}>
          {words.chat.drop}
        </button>
      )}
    </li>
  );
}
