/** The parts of the room put together, and the few things that only the screen knows. */
import { effect, signal, untracked } from "@preact/signals";
import { announce } from "./announce.ts";
import { forgiving } from "./drawer.ts";
import { Floating } from "./floating.ts";
import { LocalMedia } from "./local.ts";
import { keepLook, Look } from "./look.ts";
import { Media } from "./media.ts";
import type { Page } from "./page.ts";
import { askProbe, NetworkCheck } from "./probe.ts";
import { Reporter } from "./reporter.ts";
import { familyOf } from "./seen.ts";
import { RoomSession } from "./session.ts";
import { fetchTicket } from "./ticket.ts";
import { uploader, Uploads } from "./uploads.ts";
import { SocketWire } from "./wire.ts";
import { wordsFor, type Words } from "./words/index.ts";

export type Panel = "chat" | "people" | "tools";
export type DialogName = "settings" | "leave" | "topic" | "more" | { person: number } | { refuse: number };

/** What is open on the screen of this person. */
export class View {
  readonly panel = signal<Panel | null>(null);
  readonly dialog = signal<DialogName | null>(null);
  /** The browser plays no sound before the page is touched. */
  readonly silenced = signal(false);
  /** The host wants to set the topic later; a line of text keeps reminding. */
  readonly topicPutOff = signal(false);
  /** The file on its way that is to be shown to everybody when it has arrived. */
  readonly presenting = signal<string | null>(null);
  /** Whom I want to see large. */
  readonly pinned = signal<number | null>(null);
  /** What the server refused, in words, until the next request. */
  readonly problem = signal<string | null>(null);

  show(panel: Panel): void {
    this.panel.value = panel;
  }

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
  look: Look;
  network: NetworkCheck;
  floating: Floating;
  uploads: Uploads;
  view: View;
};

const OUTSIDE = new Set(["left", "taken_over", "refused", "over"]);

export function openRoom(page: Page): Room {
  const words = wordsFor(page.language);
  const view = new View();
  const wire = new SocketWire(() => fetchTicket(page.ticketUrl, page.csrf));
  const session = new RoomSession({
    wire,
    media: (lost) => new Media(wire, lost),
    drawer: forgiving(() => sessionStorage),
    sessionId: page.sessionId,
    listener: {
      arrived: (peer, here) => announce(here ? words.room.arrived(peer.name) : words.room.departed(peer.name)),
      // Whoever leads knows what they have asked; the others are to see it.
      asked: (poll) => {
        if (session.rights.value.moderate) return;
        view.panel.value = "tools";
        announce(words.tools.asked(poll.question));
      },
      wrote: (message) => announce(words.room.wrote(message.author_name, message.body || (message.file?.name ?? ""))),
    },
  });
  const { media } = session;
  const local = new LocalMedia(forgiving(() => localStorage));
  local.feed(media.publishing);
  attend(session, local, words);
  effect(() => {
    const { on, track } = local.microphone;
    media.receiving.answer(session.rights.value.publish_audio && on.value && track.value !== null);
  });
  const uploads = new Uploads(uploader(page.filesUrl, page.csrf), page.fileLimit);
  effect(() => uploads.turn(session.online.value));
  effect(() => {
    const sent = session.chat.messages.value.find(({ client_id }) => client_id === view.presenting.value);
    if (!sent?.file) return;
    view.presenting.value = null;
    // Whoever has lost the right meanwhile sees that nothing is shown.
    session.tools.showSlides(sent.file.id).catch(() => undefined);
  });
  effect(() => {
    // On the way out the lights of the devices go out too.
    if (OUTSIDE.has(session.phase.value.name)) local.release();
  });
  const reporter = new Reporter(wire, media, familyOf(navigator.userAgent));
  effect(() => reporter.run(session.phase.value.name === "inside" && session.online.value));
  const network = new NetworkCheck((step) => askProbe(page.probeUrl, page.csrf, step));
  const look = new Look(document.documentElement, (form) => keepLook(page.csrf, form));
  const floating = new Floating(media.receiving);
  effect(() => {
    if (session.phase.value.name === "inside") floating.show(session.people.speaker.value);
    else void floating.stop();
  });
  return { page, words, session, media, local, look, network, floating, uploads, view };
}

/** What a host does to me takes hold of my devices, and is said aloud. */
function attend({ floor, rights }: RoomSession<Media>, local: LocalMedia, words: Words): void {
  effect(() => {
    if (floor.muted.value) untracked(() => local.hushMicrophone());
  });
  effect(() => {
    const told = floor.told.value;
    if (told !== null) announce(words.told[told]);
  });
  // Only a right that was there is taken back: before the room the devices are being tried.
  const had = { microphone: false, camera: false, screen: false };
  effect(() => {
    const { publish_audio, publish_video, publish_screen } = rights.value;
    const has = { microphone: publish_audio, camera: publish_video, screen: publish_screen };
    for (const source of ["microphone", "camera", "screen"] as const) {
      if (had[source] && !has[source]) untracked(() => local.letGo(source));
      had[source] = has[source];
    }
  });
  let hands = 0;
  effect(() => {
    const up = floor.hands.value;
    const last = up.at(-1);
    if (up.length > hands && last && rights.value.moderate) announce(words.floor.raised(last.name));
    hands = up.length;
  });
  let waiting = 0;
  effect(() => {
    const there = floor.lobby.value?.waiting ?? [];
    const last = there.at(-1);
    if (there.length > waiting && last) announce(words.lobby.knocks(last.name));
    waiting = there.length;
  });
}
