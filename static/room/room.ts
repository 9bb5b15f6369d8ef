/** The parts of the room put together, and the few things that only the screen knows. */
import { effect, signal } from "@preact/signals";
import { announce } from "./announce.ts";
import { forgiving } from "./drawer.ts";
import { LocalMedia } from "./local.ts";
import { Media } from "./media.ts";
import type { Page } from "./page.ts";
import { RoomSession } from "./session.ts";
import { fetchTicket } from "./ticket.ts";
import { uploader, Uploads } from "./uploads.ts";
import { SocketWire } from "./wire.ts";
import { wordsFor, type Words } from "./words/index.ts";

export type Panel = "chat" | "people";
export type DialogName = "settings" | "leave" | "topic";

/** What is open on the screen of this person. */
export class View {
  readonly panel = signal<Panel | null>(null);
  readonly dialog = signal<DialogName | null>(null);
  /** The browser plays no sound before the page is touched. */
  readonly silenced = signal(false);
  /** The host wants to set the topic later; a line of text keeps reminding. */
  readonly topicPutOff = signal(false);

  toggle(panel: Panel): void {
    this.panel.value = this.panel.value === panel ? null : panel;
  }
}

export type Room = {
  page: Page;
  words: Words;
  session: RoomSession<Media>;
  media: Media;
  local: LocalMedia;
  uploads: Uploads;
  view: View;
};

const OUTSIDE = new Set(["left", "taken_over", "refused", "over"]);

export function openRoom(page: Page): Room {
  const words = wordsFor(page.language);
  const wire = new SocketWire(() => fetchTicket(page.ticketUrl, page.csrf));
  const session = new RoomSession({
    wire,
    media: (lost) => new Media(wire, lost),
    drawer: forgiving(() => sessionStorage),
    sessionId: page.sessionId,
    listener: {
      arrived: (peer, here) => announce(here ? words.room.arrived(peer.name) : words.room.departed(peer.name)),
      wrote: (message) => announce(words.room.wrote(message.author_name, message.body || (message.file?.name ?? ""))),
    },
  });
  const { media } = session;
  const local = new LocalMedia(forgiving(() => localStorage));
  local.feed(media.publishing);
  const uploads = new Uploads(uploader(page.filesUrl, page.csrf), page.fileLimit);
  effect(() => uploads.turn(session.online.value));
  effect(() => {
    // On the way out the lights of the devices go out too.
    if (OUTSIDE.has(session.phase.value.name)) local.release();
  });
  return { page, words, session, media, local, uploads, view: new View() };
}
