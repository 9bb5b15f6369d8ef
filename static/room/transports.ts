/** One transport to the forwarding unit: made, connected, and brought back when the network moves under it. */
import type { types } from "mediasoup-client";
import type { Wire } from "./wire.ts";

/** A connection that falters often comes back by itself sooner than a restart would. */
const PATIENCE_MS = 2_000;
/** A restart that has not helped by then will not. */
const RESTART_MS = 8_000;
/** The server closes a transport that nobody connects within thirty seconds. */
const UNUSED_MS = 25_000;

export type Direction = "send" | "recv";

export type Fate = {
  /** Called once, when neither waiting nor an ICE restart brought the transport back. */
  lost: () => void;
  /** Called whenever media can pass. */
  passes: () => void;
};

/** A transport that is not used soon is closed: the next use opens another one. */
export async function openTransport(
  wire: Wire,
  device: types.Device,
  direction: Direction,
  fate: Fate,
): Promise<types.Transport> {
  const parameters = await wire.request("transport.create", { direction });
  const transport =
    direction === "send" ? device.createSendTransport(parameters) : device.createRecvTransport(parameters);
  const unused = setTimeout(() => transport.close(), UNUSED_MS);
  transport.on("connect", ({ dtlsParameters }, done, failed) => {
    clearTimeout(unused);
    wire.request("transport.connect", { id: transport.id, dtlsParameters }).then(() => done(), failed);
  });
  nurse(wire, transport, fate);
  transport.observer.on("close", () => clearTimeout(unused));
  return transport;
}

function nurse(wire: Wire, transport: types.Transport, { lost, passes }: Fate): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let restarted = false;

  const giveUp = (): void => {
    if (!transport.closed && transport.connectionState !== "connected") lost();
  };
  const restart = async (): Promise<void> => {
    if (transport.closed || transport.connectionState === "connected") return;
    if (restarted) return giveUp();
    restarted = true;
    timer = setTimeout(giveUp, RESTART_MS);
    try {
      const { iceParameters, iceServers } = await wire.request("transport.restart_ice", { id: transport.id });
      // The credentials for the TURN server may have run out since the transport was made.
      if (!transport.closed) await transport.updateIceServers({ iceServers });
      if (!transport.closed) await transport.restartIce({ iceParameters });
    } catch {
      // The wire is down or the server no longer knows the transport: the reconnection or giveUp makes a new one.
    }
  };

  transport.on("connectionstatechange", (state) => {
    clearTimeout(timer);
    if (state === "connected") {
      restarted = false;
      passes();
    } else if (state === "disconnected") timer = setTimeout(() => void restart(), PATIENCE_MS);
    else if (state === "failed") void restart();
  });
  transport.observer.on("close", () => clearTimeout(timer));
}
