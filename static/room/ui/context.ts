import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { RefObject } from "preact";
import type { Room } from "../room.ts";

export const RoomContext = createContext<Room | null>(null);

export function useRoom(): Room {
  const room = useContext(RoomContext);
  if (!room) throw new Error("No room around this component");
  return room;
}

/** The server's time, anew every second. */
export function useNow(): number {
  const { clock } = useRoom().session;
  const [now, setNow] = useState(clock.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(clock.now()), 1_000);
    return () => clearInterval(timer);
  }, [clock]);
  return now;
}

/** A phone held upright: fewer controls and tiles fit. */
export const useNarrow = (): boolean => useMedia("(max-width: 40rem)");

/** Too narrow for a panel beside the pictures: it lies over them (`panel.css`). */
export const useSheet = (): boolean => !useMedia("(min-width: 52rem), (orientation: landscape) and (max-height: 30rem)");

/** A phone upright or on its side. */
export const usePhone = (): boolean => useMedia("(max-width: 40rem), (orientation: landscape) and (max-height: 30rem)");

/**
 * A phone's bar has room for six controls with their names: whoever speaks finds the rest one touch further. The same
 * ones always, so that nothing moves under the thumb.
 */
export function useCrowded(): boolean {
  const { session } = useRoom();
  const phone = usePhone();
  const { moderate, publish_audio } = session.rights.value;
  return phone && session.session.value?.form !== "chat" && (moderate || publish_audio);
}

function useMedia(media: string): boolean {
  const [matches, setMatches] = useState(() => matchMedia(media).matches);
  useEffect(() => {
    const query = matchMedia(media);
    const changed = (): void => setMatches(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, [media]);
  return matches;
}

/** Moves the focus to the heading of a screen that has just replaced another, so that readers start there. */
export function useFocus<E extends HTMLElement>(): RefObject<E | null> {
  const target = useRef<E>(null);
  useEffect(() => target.current?.focus(), []);
  return target;
}
