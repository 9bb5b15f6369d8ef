/** Picture in picture: whoever speaks, in a small window over everything else on the screen. */
import { signal } from "@preact/signals";
import type { RemoteTrack } from "./receiving.ts";
import type { Receiving } from "./receiving.ts";

const SIZE = { width: 480, height: 270 };

/** Whose picture floats: the speaker's; in silence the one before, then whoever can be seen. */
export function whoFloats(
  videos: readonly RemoteTrack[],
  speaker: number | null,
  before: string | null,
): RemoteTrack | undefined {
  const speaking = videos.find(({ producer }) => producer.peer === speaker);
  return speaking ?? videos.find(({ producer }) => producer.id === before) ?? videos[0];
}

export class Floating {
  readonly on = signal(false);
  readonly can = typeof document !== "undefined" && document.pictureInPictureEnabled === true;
  readonly #receiving: Receiving;
  #video: HTMLVideoElement | null = null;
  #shown: string | null = null;

  constructor(receiving: Receiving) {
    this.#receiving = receiving;
  }

  async toggle(speaker: number | null): Promise<void> {
    if (this.on.value) return this.stop();
    const video = document.createElement("video");
    video.muted = true;
    video.playsInline = true;
    this.#video = video;
    if (!this.show(speaker)) return;
    try {
      await video.play();
      await video.requestPictureInPicture();
      this.on.value = true;
      video.addEventListener("leavepictureinpicture", () => void this.stop());
    } catch {
      // The browser does not want to now (no picture yet, or its own rules): nothing has changed.
      await this.stop();
    }
  }

  /** Follows the speaker; false when there is nobody to show. */
  show(speaker: number | null): boolean {
    if (!this.#video) return false;
    const videos = [...this.#receiving.tracks.value.values()].filter(({ producer }) => producer.kind === "video");
    const next = whoFloats(videos, speaker, this.#shown);
    if (!next) return false;
    const stream = this.#video.srcObject;
    if (!(stream instanceof MediaStream) || stream.getVideoTracks()[0] !== next.track) {
      this.#video.srcObject = new MediaStream([next.track]);
      void this.#video.play().catch(() => undefined);
    }
    this.#shown = next.producer.id;
    this.#receiving.float({ producer: next.producer.id, size: SIZE });
    return true;
  }

  async stop(): Promise<void> {
    const video = this.#video;
    this.#video = null;
    this.#shown = null;
    this.on.value = false;
    this.#receiving.float(null);
    if (video && document.pictureInPictureElement === video) await document.exitPictureInPicture().catch(() => undefined);
    if (video) video.srcObject = null;
  }
}
