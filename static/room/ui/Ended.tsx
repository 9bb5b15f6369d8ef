/** The pages after the room: each says what happened and what to do next. */
import type { ComponentChildren, JSX } from "preact";
import type { Ending } from "../protocol.ts";
import { whenInWords } from "../when.ts";
import { refusalIn, type Words } from "../words/index.ts";
import { useFocus, useRoom } from "./context.ts";

type EndProps = { title: string; children: ComponentChildren; actions?: ComponentChildren };

function End({ title, children, actions }: EndProps): JSX.Element {
  const { page, words } = useRoom();
  const heading = useFocus<HTMLHeadingElement>();
  return (
    <main class="end">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
      <p class="actions">
        {actions}
        <a class="button" href={page.home}>
          {words.over.home}
        </a>
      </p>
    </main>
  );
}

/** Opens the devices again before the way back in. */
function useReturn(): () => void {
  const { local, session } = useRoom();
  return () => {
    if (session.rights.value.publish_audio) void local.prepare();
    session.connect();
  };
}

export function Over({ ending }: { ending: Ending }): JSX.Element {
  const { page, session, words } = useRoom();
  const { reason, starts_at, ends_at, cause } = ending;
  const here = session.people.seen();
  const back = useReturn();
  // Without a cause a removal leaves the way back open; one for good is the host's to take back.
  const mayReturn = reason === "finished" || reason === "refused" || (reason === "removed" && cause === undefined);
  const barred = reason === "removed" && cause === "removed";
  // The entitlement has ended, or the link was withdrawn: nobody asked anybody to leave.
  const ended = reason === "removed" && cause !== undefined && !barred;
  const mine = reason === "closed" && session.rights.value.lead;
  const moved = reason === "moved" && starts_at !== undefined && ends_at !== undefined;
  return (
    <End
      title={ended ? words.over.notYours : mine ? words.over.closedByMe : words.over.reason[reason]}
      actions={
        (mayReturn || barred) && (
          <button class="primary" onClick={back}>
            {barred ? words.tryAgain : words.left.back}
          </button>
        )
      }
    >
      {moved ? (
        <p>
          {words.over.newTime}: {whenInWords(words, Date.parse(starts_at), Date.parse(ends_at), page, session.clock.now())}
        </p>
      ) : (
        <p>{ended ? refusalIn(words, cause) : barred ? words.over.removedForGood : saysOf(words, reason)}</p>
      )}
      {cause !== undefined && reason !== "removed" && (
        <p>
          {words.over.cause}: {cause}
        </p>
      )}
      {here.length > 0 && (
        <section aria-labelledby="here">
          <h2 id="here">{words.over.here}</h2>
          <ul class="names">
            {here.map((peer) => (
              <li key={peer.id}>
                {peer.name} <small>{peer.about}</small>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Record show={reason === "time" || reason === "closed"} />
      <p>{words.over.next}</p>
    </End>
  );
}

/** Where the conversation is kept, when there was one. */
function Record({ show }: { show: boolean }): JSX.Element | null {
  const { page, session, words } = useRoom();
  const said = session.chat.messages.value;
  if (!show || said.length === 0) return null;
  if (page.record !== "")
    return (
      <p>
        <a href={page.record}>{words.over.record}</a>
      </p>
    );
  return said.some(({ file }) => file) ? <p>{words.over.noRecord}</p> : null;
}

function saysOf(words: Words, reason: Ending["reason"]): string {
  return reason === "time" || reason === "closed" ? words.over.thanks : words.over[reason];
}

export function Left(): JSX.Element {
  const { words } = useRoom();
  const back = useReturn();
  return (
    <End title={words.left.title} actions={<button class="primary" onClick={back}>{words.left.back}</button>}>
      <p>{words.left.text}</p>
    </End>
  );
}

export function TakenOver(): JSX.Element {
  const { words } = useRoom();
  const back = useReturn();
  return (
    <End title={words.takenOver.title} actions={<button class="primary" onClick={back}>{words.takenOver.here}</button>}>
      <p>{words.takenOver.text}</p>
    </End>
  );
}

export function Refused({ code }: { code: string }): JSX.Element {
  const { session, words } = useRoom();
  return (
    <End
      title={words.refused.title}
      actions={<button class="primary" onClick={() => session.connect()}>{words.tryAgain}</button>}
    >
      <p>{refusalIn(words, code)}</p>
    </End>
  );
}
