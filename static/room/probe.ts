/**
 * The network check before the room: does media pass here at all, and how fast? A short transport to the media worker
 * that nobody hears of and that takes no seat.
 */
import { signal } from "@preact/signals";
import { Device, type types } from "mediasoup-client";

export type Verdict = "good" | "slow" | "blocked";
/** Bits per second and seconds; null where the browser does not tell. */
export type Finding = { connected: boolean; uplink: number | null; roundTrip: number | null };

type Opened = {
  id: string;
  iceParameters: types.IceParameters;
  iceCandidates: types.IceCandidate[];
  dtlsParameters: types.DtlsParameters;
  iceServers: RTCIceServer[];
  routerRtpCapabilities: types.RtpCapabilities;
};
export type Step =
  | { step: "open" }
  | { step: "connect"; id: string; dtlsParameters: types.DtlsParameters }
  | { step: "produce"; id: string; kind: types.MediaKind; rtpParameters: types.RtpParameters };
/** Asks the server for one step; throws when it says no or nothing. */
export type Ask = (step: Step) => Promise<unknown>;

/** Below this only a thumbnail and a voice get through. */
const LEAST_UPLINK = 300_000;
/** A conversation with longer silences is no conversation. */
const LONGEST_TRIP = 0.7;
const CONNECT_MS = 7_000;
const MEASURE_MS = 3_000;

export function judge({ connected, uplink, roundTrip }: Finding): Verdict {
  if (!connected) return "blocked";
  const slow = (uplink !== null && uplink < LEAST_UPLINK) || (roundTrip !== null && roundTrip > LONGEST_TRIP);
  return slow ? "slow" : "good";
}

export async function askProbe(url: string, csrf: string, step: Step): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "X-CSRF-Token": csrf, "Content-Type": "application/json", Accept: "application/json" },
    credentials: "same-origin",
    body: JSON.stringify(step),
  });
  if (!response.ok) throw new Error(`probe: ${response.status}`);
  return response.json();
}

export class NetworkCheck {
  /** null before the check and when it could not be made: that says nothing about the network. */
  readonly verdict = signal<Verdict | "checking" | null>(null);
  readonly #ask: Ask;
  readonly #newDevice: () => types.Device;
  #transport: types.Transport | null = null;
  #round = 0;

  constructor(ask: Ask, newDevice: () => types.Device = () => new Device()) {
    this.#ask = ask;
    this.#newDevice = newDevice;
  }

  /** With a picture to send the speed is measured too; any other track shows only whether media pass. */
  async run(track: MediaStreamTrack): Promise<void> {
    this.stop();
    const round = this.#round;
    this.verdict.value = "checking";
    const finding = await this.#measure(track).catch(() => null);
    if (round !== this.#round) return;
    this.#transport?.close();
    this.verdict.value = finding && judge(finding);
  }

  /** On the way into the room the line is left to the room. */
  stop(): void {
    this.#round += 1;
    this.#transport?.close();
    this.#transport = null;
    if (this.verdict.value === "checking") this.verdict.value = null;
  }

  async #measure(track: MediaStreamTrack): Promise<Finding> {
    const round = this.#round;
    const opened = (await this.#ask({ step: "open" })) as Opened;
    const device = this.#newDevice();
    await device.load({ routerRtpCapabilities: opened.routerRtpCapabilities });
    if (round !== this.#round) throw new Error("stopped");
    const transport = this.#open(device, opened);
    const connected = until(transport, CONNECT_MS);
    const producing = transport.produce({ track, stopTracks: false, codecOptions: { videoGoogleStartBitrate: 600 } });
    producing.catch(() => undefined);
    if (!(await connected)) return { connected: false, uplink: null, roundTrip: null };
    await new Promise((resolve) => setTimeout(resolve, MEASURE_MS));
    return { connected: true, ...figures(await transport.getStats(), track.kind) };
  }

  #open(device: types.Device, { routerRtpCapabilities: _, ...parameters }: Opened): types.Transport {
    const transport = device.createSendTransport(parameters);
    const { id } = transport;
    transport.on("connect", ({ dtlsParameters }, done, failed) => {
      this.#ask({ step: "connect", id, dtlsParameters }).then(() => done(), failed);
    });
    transport.on("produce", ({ kind, rtpParameters }, done, failed) => {
      this.#ask({ step: "produce", id, kind, rtpParameters }).then((made) => done(made as { id: string }), failed);
    });
    this.#transport = transport;
    return transport;
  }
}

function until(transport: types.Transport, patience: number): Promise<boolean> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(false), patience);
    transport.on("connectionstatechange", (state) => {
      if (state === "connected") resolve(true);
      else if (state === "failed") resolve(false);
    });
  });
}

type Pair = { type: string; nominated?: boolean; availableOutgoingBitrate?: number; currentRoundTripTime?: number };

/** Of the pair in use. Without a picture the estimate says nothing: a voice needs too little to find a limit. */
export function figures(report: Iterable<[string, unknown]>, kind: string): Omit<Finding, "connected"> {
  for (const [, entry] of report) {
    const pair = entry as Pair;
    if (pair.type !== "candidate-pair" || pair.nominated !== true) continue;
    return {
      uplink: kind === "video" ? (pair.availableOutgoingBitrate ?? null) : null,
      roundTrip: pair.currentRoundTripTime ?? null,
    };
  }
  return { uplink: null, roundTrip: null };
}
