/** The media of the room: the browser's abilities, what I send, what I receive. */
import { signal } from "@preact/signals";
import { Device, type types } from "mediasoup-client";
import type { Producer, Rights, Snapshot } from "./protocol.ts";
import { Publishing } from "./publishing.ts";
import { Receiving } from "./receiving.ts";
import type { Fate } from "./transports.ts";
import type { Wire } from "./wire.ts";

export type DeviceFactory = () => types.Device;

export class Media {
  readonly receiving: Receiving;
  readonly publishing: Publishing;
  /** This browser cannot carry calls at all (too old, or WebRTC is switched off). */
  readonly unable = signal(false);
  /** The network lets none of them through, though the chat works: tried again until it does. */
  readonly blocked = signal(false);
  readonly #newDevice: DeviceFactory;
  #me = 0;
  #rights: Rights | null = null;
  #round = 0;

  /** `lost` is called when a transport cannot be brought back and everything has to be joined anew. */
  constructor(wire: Wire, lost: () => void, newDevice: DeviceFactory = () => new Device()) {
    this.#newDevice = newDevice;
    const fate: Fate = {
      lost: () => {
        this.blocked.value = true;
        lost();
      },
      passes: () => {
        this.blocked.value = false;
      },
    };
    this.receiving = new Receiving(wire, fate);
    this.publishing = new Publishing(wire, fate);
    wire.on("producer.added", (producer) => {
      if (producer.peer !== this.#me && this.#receives(producer)) void this.receiving.add(producer);
    });
  }

  /** After every join: transports are made anew, whatever was there before. */
  async enter({ capabilities, me, producers, rights }: Snapshot): Promise<void> {
    const round = ++this.#round;
    this.#me = me.id;
    this.#rights = rights;
    // Who neither sends nor has anything to receive makes no transport that could tell.
    if (!rights.publish_audio && !producers.some(({ peer }) => peer !== me.id)) this.blocked.value = false;
    this.receiving.expect(producers.filter((producer) => producer.peer !== me.id && this.#receives(producer)));
    if (!capabilities) return;
    const device = await this.#load(capabilities);
    if (!device || round !== this.#round) return;
    // The rights may have changed while the device was made ready.
    await Promise.all([this.receiving.start(device), this.publishing.start(device, this.#rights)]);
  }

  /** Rights as they are now: what may not be sent or received any more stops, what may again begins. */
  allow(rights: Rights, producers: readonly Producer[] = []): void {
    this.#rights = rights;
    void this.publishing.allow(rights);
    for (const producer of producers) {
      if (producer.peer === this.#me) continue;
      if (this.#receives(producer)) void this.receiving.add(producer);
      else this.receiving.remove(producer.id);
    }
  }

  leave(): void {
    this.#round += 1;
    this.receiving.drop();
    this.publishing.drop();
  }

  #receives({ kind }: Producer): boolean {
    return this.#rights?.[kind === "audio" ? "receive_audio" : "receive_video"] ?? false;
  }

  async #load(routerRtpCapabilities: types.RtpCapabilities): Promise<types.Device | null> {
    try {
      const device = this.#newDevice();
      await device.load({ routerRtpCapabilities });
      this.unable.value = false;
      return device;
    } catch {
      // mediasoup-client throws for a browser without WebRTC; the chat still works there.
      this.unable.value = true;
      return null;
    }
  }
}
