/** The field: words, files, and whom they answer. */
import type { JSX, TargetedClipboardEvent, TargetedKeyboardEvent } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { LONGEST_MESSAGE, quoteOf } from "../chat.ts";
import type { Quote } from "../protocol.ts";
import { useRoom } from "./context.ts";
import { Icon } from "./icons.tsx";
import { IconButton } from "./IconButton.tsx";
import { QuoteText } from "./MessageText.tsx";

/** What the server takes; it looks into the files, too. */
const TAKEN =
  ".png,.jpg,.jpeg,.gif,.webp,.pdf,.doc,.docx,.odt,.rtf,.txt,.xls,.xlsx,.ods,.csv,.ppt,.pptx,.odp,.zip";

type ComposeProps = { draft: string; setDraft: (text: string) => void };

export function Compose({ draft, setDraft }: ComposeProps): JSX.Element {
  const { session, uploads, words } = useRoom();
  const { answering } = session.chat;
  const field = useRef<HTMLTextAreaElement>(null);
  const over = draft.length - LONGEST_MESSAGE;
  useEffect(() => field.current?.focus({ preventScroll: true }), [answering.value]);
  if (!session.rights.value.write) return <p class="nothing">{words.chat.readOnly}</p>;

  const quote = (): Quote | null => {
    const message = answering.value;
    answering.value = null;
    return message && quoteOf(message);
  };
  const send = (): void => {
    if (over > 0 || draft.trim() === "") return;
    session.chat.say(draft, quote());
    setDraft("");
    field.current?.focus();
  };
  const attach = (files: FileList | null): void => {
    if (files && files.length > 0) uploads.add([...files], quote());
  };
  const pressed = (event: TargetedKeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key === "Escape" && answering.value) {
      event.stopPropagation();
      answering.value = null;
    }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };
  const pasted = (event: TargetedClipboardEvent<HTMLTextAreaElement>): void => {
    const files = event.clipboardData?.files;
    if (!files || files.length === 0) return;
    event.preventDefault();
    attach(files);
  };
  return (
    <form
      class="compose"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Answering />
      <label class="attach" title={words.chat.attach}>
        <Icon name="attach" />
        <span class="hidden-words">{words.chat.attach}</span>
        <input
          type="file"
          multiple
          accept={TAKEN}
          onChange={(event) => {
            attach(event.currentTarget.files);
            event.currentTarget.value = "";
          }}
        />
      </label>
      <textarea
        ref={field}
        rows={2}
        value={draft}
        aria-label={words.chat.field}
        placeholder={words.chat.field}
        aria-invalid={over > 0}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={pressed}
        onPaste={pasted}
      />
      <IconButton icon="send" label={words.chat.send} look="primary round" type="submit" disabled={over > 0} />
      {over > 0 && <p class="problem" role="alert">{words.chat.tooLong(over)}</p>}
    </form>
  );
}

function Answering(): JSX.Element | null {
  const { session, words } = useRoom();
  const { answering } = session.chat;
  const message = answering.value;
  if (!message) return null;
  const cancel = (): void => {
    answering.value = null;
  };
  return (
    <div class="answering">
      <p class="quote" role="status">
        <strong>{words.chat.answering(message.author_name || words.you)}</strong>
        <span>
          <QuoteText text={quoteOf(message).text} />
        </span>
      </p>
      <IconButton icon="close" label={words.chat.answerNobody} look="quiet round-small" press={cancel} />
    </div>
  );
}
