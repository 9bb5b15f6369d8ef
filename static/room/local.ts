/** My own camera, microphone and screen: chosen, opened, switched, lost and found again. */
import { computed, effect, signal, type Signal } from "@preact/signals";
import {
  listDevices, openTrack, openTracks, problemOf, type Choice, type DeviceLists, type DeviceProblem, type Input,
} from "./devices.ts";
import type { Drawer } from "./drawer.ts";
import type { Source } from "./protocol.ts";
import type { Publishing } from "./publishing.ts";

const INPUTS: readonly Input[] = ["camera", "microphone"];
const NO_DEVICES: DeviceLists = { camera: [], microphone: [], speaker: [] };

/** For weak phones and networks: everything; no faces of others; sound alone, my own camera off too. */
export const SAVINGS = ["nothing", "faces", "pictures"] as const;
export type Saving = (typeof SAVINGS)[number];

/** One input: whether it is wanted, which device, its track while open, what went wrong. */
class InputState {
  readonly on: Signal<boolean>;
  readonly deviceId: Signal<string | null>;
  readonly track = signal<MediaStreamTrack | null>(null);
  readonly problem = signal<DeviceProblem | null>(null);
  readonly opening = signal(false);
  /** The person has read about the problem and wants the words out of the way. */
  readonly quiet = signal(false);
  /** The device that has taken over from one that was unplugged, until the person has read of it. */
  readonly moved = signal<string | null>(null);
  /** Something else has the device for a while, as a telephone call has: the track is silent. */
  readonly held = signal(false);

  constructor(on: boolean, deviceId: string | null) {
    this.on = signal(on);
    this.deviceId = signal(deviceId);
  }
}

/** When the page can be seen again. */
function inSight(): Promise<void> {
  return new Promise((resolve) => {
    const seen = (): void => {
      if (document.hidden) return;
      document.removeEventListener("visibilitychange", seen);
      resolve();
    };
    document.addEventListener("visibilitychange", seen);
  });
}

export class LocalMedia {
  readonly camera: InputState;
  readonly microphone: InputState;
  readonly speaker: Signal<string | null>;
  /** Where the sound goes; "" is the browser's own choice, also while the chosen one is unplugged. */
  readonly output = computed(() => {
    const chosen = this.speaker.value;
    return chosen !== null && this.#isUnplugged(chosen) ? "" : chosen;
  });
  /** What is not shown here of the others. */
  readonly saving: Signal<Saving>;
  /** Whether the browser takes noise and echo away. */
  readonly processing: Signal<boolean>;
  readonly screen = signal<MediaStreamTrack | null>(null);
  readonly devices = signal<DeviceLists>(NO_DEVICES);
  readonly canShare = computed(() => typeof navigator.mediaDevices?.getDisplayMedia === "function");
  readonly #drawer: Drawer;
  /** What is to be opened again when the page is seen again. */
  readonly #awaited = new Set<Input>();

  constructor(drawer: Drawer) {
    this.#drawer = drawer;
    this.camera = new InputState(this.#kept("camera.on") !== "no", this.#kept("camera"));
    this.microphone = new InputState(this.#kept("microphone.on") !== "no", this.#kept("microphone"));
    this.speaker = signal(this.#kept("speaker"));
    this.saving = signal(SAVINGS.find((one) => one === this.#kept("saving")) ?? "nothing");
    this.processing = signal(this.#kept("processing") !== "no");
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.refresh());
  }

  /** The first opening asks for both at once, so that the browser asks the person once. */
  async prepare(): Promise<void> {
    const wanted = INPUTS.filter((input) => this[input].on.value);
    for (const input of wanted) this[input].opening.value = true;
    const opened = await openTracks(wanted, this.#choice);
    for (const input of wanted) {
      const result = opened[input];
      if (result instanceof MediaStreamTrack) this.#use(input, result);
      else this.#failed(input, result ?? "unknown");
      this[input].opening.value = false;
    }
    await this.refresh();
  }

  async refresh(): Promise<void> {
    this.devices.value = await listDevices();
  }

  async toggleCamera(): Promise<void> {
    if (this.camera.on.value && this.camera.track.value) {
      this.#keep("camera.on", "no");
      this.camera.on.value = false;
      this.#close("camera");
    } else {
      if (this.saving.value === "pictures") this.#save("faces");
      await this.#turnOn("camera");
    }
  }

  /** My own camera goes off with everybody's pictures. */
  async save(saving: Saving): Promise<void> {
    this.#save(saving);
    if (saving === "pictures" && this.camera.track.value) await this.toggleCamera();
  }

  async process(on: boolean): Promise<void> {
    this.processing.value = on;
    this.#keep("processing", on ? "yes" : "no");
    if (this.microphone.track.value) await this.#open("microphone");
  }

  /** The microphone stays open while muted: it answers at once, and the browser shows that it is held. */
  async toggleMicrophone(): Promise<void> {
    const { on, track } = this.microphone;
    if (track.value) {
      on.value = !on.value;
      track.value.enabled = on.value;
      this.#keep("microphone.on", on.value ? "yes" : "no");
    } else await this.#turnOn("microphone");
  }

  /** A host has switched my microphone off: it stays at hand, and I may switch it on again. */
  hushMicrophone(): void {
    const { on, track } = this.microphone;
    if (!on.value || !track.value) return;
    on.value = false;
    track.value.enabled = false;
  }

  /** A right was taken back: nothing of mine is open that nobody may see or hear. */
  letGo(source: Source): void {
    if (source !== "screen") this.#close(source);
    else if (this.screen.value) void this.toggleScreen();
  }

  /** After a refusal or a busy device, when the person says it should work now. */
  async retry(input: Input): Promise<void> {
    await this.#turnOn(input);
  }

  async retryAll(): Promise<void> {
    for (const input of INPUTS) this[input].on.value = true;
    await this.prepare();
  }

  /** On the way in: what was told at the check is not told again inside. */
  hushAll(): void {
    INPUTS.forEach((input) => this.hush(input));
  }

  hush(input: Input): void {
    this[input].quiet.value = true;
  }

  async choose(input: Input, deviceId: string): Promise<void> {
    this[input].deviceId.value = deviceId;
    this.#keep(input, deviceId);
    if (this[input].track.value) await this.#open(input);
    else if (this[input].problem.value) await this.#turnOn(input);
  }

  chooseSpeaker(deviceId: string): void {
    this.speaker.value = deviceId;
    this.#keep("speaker", deviceId);
  }

  async toggleScreen(): Promise<void> {
    const shared = this.screen.value;
    if (shared) {
      shared.stop();
      this.screen.value = null;
      return;
    }
    try {
      const stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } } });
      const track = stream.getVideoTracks()[0] ?? null;
      if (track) {
        track.contentHint = "detail";
        track.addEventListener("ended", () => {
          if (this.screen.value === track) this.screen.value = null;
        });
      }
      this.screen.value = track;
    } catch {
      // The person closed the browser's own chooser: nothing to say.
    }
  }

  /** Everything off: on the way out, so that the lights of the devices go out too. */
  release(): void {
    this.#close("camera");
    this.#close("microphone");
    this.screen.value?.stop();
    this.screen.value = null;
  }

  /** Keeps the publishing's wishes equal to what is open here, from now on. */
  feed(publishing: Publishing): () => void {
    const wish = (source: Source, track: MediaStreamTrack | null, paused: boolean): void => {
      void publishing.wish(source, track && { track, paused });
    };
    const stops = [
      effect(() => wish("camera", this.camera.track.value, false)),
      effect(() => wish("microphone", this.microphone.track.value, !this.microphone.on.value)),
      effect(() => wish("screen", this.screen.value, false)),
    ];
    return () => stops.forEach((stop) => stop());
  }

  async #turnOn(input: Input): Promise<void> {
    this[input].on.value = true;
    this.#keep(`${input}.on`, "yes");
    await this.#open(input);
  }

  /** Anew, as muted as it was. */
  async #open(input: Input): Promise<void> {
    this[input].opening.value = true;
    try {
      // Some phones open one camera at a time: the old one is let go first.
      this[input].track.peek()?.stop();
      this.#use(input, await openTrack(input, this.#choice));
    } catch (error) {
      this.#close(input);
      this.#failed(input, problemOf(error));
    }
    this[input].opening.value = false;
    await this.refresh();
  }

  #use(input: Input, track: MediaStreamTrack): void {
    const state = this[input];
    const before = state.track.peek();
    this.#awaited.delete(input);
    track.enabled = state.on.value;
    track.addEventListener("ended", () => {
      if (state.track.peek() === track) void this.#replace(input);
    });
    for (const [event, held] of [["mute", true], ["unmute", false]] as const)
      track.addEventListener(event, () => {
        if (state.track.peek() === track) state.held.value = held;
      });
    state.held.value = track.muted;
    state.moved.value = null;
    state.problem.value = null;
    state.track.value = track;
    if (before !== track) before?.stop();
  }

  /** Unplugged, or taken by the phone while the page was out of sight: another one, or the words for it. */
  async #replace(input: Input): Promise<void> {
    const state = this[input];
    const before = state.track.peek();
    if (document.hidden) {
      // Nothing can be opened now; the others see initials, not a picture that stands still.
      state.track.value = null;
      this.#awaited.add(input);
      await inSight();
      // Switched off, or taken away by a host, meanwhile.
      if (!this.#awaited.delete(input)) return;
    }
    await this.#open(input);
    const now = state.track.peek();
    if (now && before && now.label !== before.label) state.moved.value = now.label;
  }

  #isUnplugged(speaker: string): boolean {
    const { value: devices } = this.devices;
    return devices.speaker.length > 0 && !devices.speaker.some(({ id }) => id === speaker);
  }

  #failed(input: Input, problem: DeviceProblem): void {
    this[input].problem.value = problem;
    this[input].quiet.value = false;
    this[input].on.value = false;
  }

  #close(input: Input): void {
    this.#awaited.delete(input);
    const track = this[input].track.peek();
    this[input].track.value = null;
    this[input].held.value = false;
    track?.stop();
  }

  get #choice(): Choice {
    return { deviceId: (input) => this[input].deviceId.value, processing: this.processing.value };
  }

  #save(saving: Saving): void {
    this.saving.value = saving;
    this.#keep("saving", saving);
  }

  #kept(name: string): string | null {
    return this.#drawer.getItem(`kabinet.${name}`);
  }

  #keep(name: string, value: string): void {
    this.#drawer.setItem(`kabinet.${name}`, value);
  }
}
