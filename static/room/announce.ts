/** What is said aloud, politely, to those who listen to the page instead of looking at it. */
import { signal } from "@preact/signals";

export const announcement = signal("");

export function announce(text: string): void {
  // A screen reader repeats nothing that has not changed: the same words again get an invisible difference.
  announcement.value = announcement.peek() === text ? `${text}\u00a0` : text;
}
