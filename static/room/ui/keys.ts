/** One key for each control, by its place on the keyboard, so that a Russian layout works as well as a Latin one. */
import { useEffect } from "preact/hooks";
import type { Room } from "../room.ts";

type Action = (room: Room) => void;

const ACTIONS: Record<string, Action> = {
  KeyM: ({ local, session }) => void (session.rights.value.publish_audio && local.toggleMicrophone()),
  KeyV: ({ local, session }) => void (session.rights.value.publish_video && local.toggleCamera()),
  KeyS: ({ local, session }) =>
    void (session.rights.value.publish_screen && local.canShare.value && local.toggleScreen()),
  KeyC: ({ session, view }) => session.session.value?.form !== "chat" && view.toggle("chat"),
  KeyH: ({ session }) => void (session.rights.value.raise_hand && session.floor.toggleHand().catch(() => undefined)),
  Escape: ({ view }) => {
    view.panel.value = null;
  },
  KeyP: ({ view }) => view.toggle("people"),
};

const help: Action = ({ view }) => {
  view.dialog.value = "settings";
};

const writes = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName));

export function useKeys(room: Room): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || writes(event.target)) return;
      if (document.querySelector("dialog[open]")) return;
      const action = event.key === "?" || event.key === "F1" ? help : ACTIONS[event.code];
      if (!action) return;
      event.preventDefault();
      action(room);
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [room]);
}
