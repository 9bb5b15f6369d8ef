/** Chat and people: beside the pictures on a desktop, a sheet from below on a phone. */
import type { JSX } from "preact";
import type { Panel } from "../room.ts";
import { ChatPanel } from "./ChatPanel.tsx";
import { useRoom } from "./context.ts";
import { useFocusBack } from "./focusback.ts";
import { IconButton } from "./IconButton.tsx";
import { PeoplePanel } from "./PeoplePanel.tsx";
import { ToolsPanel } from "./ToolsPanel.tsx";

export function SidePanel({ panel }: { panel: Panel }): JSX.Element {
  const { session, view, words } = useRoom();
  useFocusBack();
  const close = (): void => {
    view.panel.value = null;
  };
  const titles: Record<Panel, string> = {
    chat: words.chat.title,
    people: words.room.people(session.people.all.value.length),
    tools: session.rights.value.moderate ? words.tools.title : words.tools.poll,
  };
  const title = titles[panel];
  return (
    <aside class="panel" aria-label={title} onKeyDown={(event) => event.key === "Escape" && close()}>
      <header class="panel-head">
        <h2>{title}</h2>
        <IconButton icon="close" label={words.bar.close} look="quiet round-small" press={close} />
      </header>
      {panel === "chat" && <ChatPanel />}
      {panel === "people" && <PeoplePanel />}
      {panel === "tools" && <ToolsPanel />}
    </aside>
  );
}
