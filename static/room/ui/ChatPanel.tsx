/** The conversation: what was said, what is still on its way, and the field. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Pending } from "../chat.ts";
import { Compose } from "./Compose.tsx";
import { useRoom } from "./context.ts";
import { Messages } from "./Messages.tsx";

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
