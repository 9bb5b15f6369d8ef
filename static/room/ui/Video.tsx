/** A moving picture; for a remote one the server is told how large it is shown. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { watchSize } from "../tilesize.ts";
import { useRoom } from "./context.ts";

type VideoProps = { track: MediaStreamTrack; label: string; mirrored?: boolean; whole?: boolean };

export function Video({ track, label, mirrored = false, whole = false }: VideoProps): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    element.srcObject = new MediaStream([track]);
    // A muted video may always play; a track that ended meanwhile keeps its last picture.
    element.play().catch(() => undefined);
  }, [track]);
  const classes = [mirrored && "mirrored", whole && "whole"].filter(Boolean).join(" ");
  return <video ref={video} class={classes} aria-label={label} muted playsInline autoPlay />;
}

type RemoteVideoProps = {
  producer: string;
  /** Undefined until the consumer is there; the frame is measured meanwhile, so that the right layer comes first. */
  track: MediaStreamTrack | undefined;
  label: string;
  whole?: boolean;
};

export function RemoteVideo({ producer, track, label, whole = false }: RemoteVideoProps): JSX.Element {
  const { receiving } = useRoom().media;
  const frame = useRef<HTMLDivElement>(null);
  // After a reconnection the last picture stays until the new track is there.
  const last = useRef(track);
  if (track) last.current = track;
  useEffect(() => {
    if (!frame.current) return undefined;
    return watchSize(frame.current, (size) => receiving.size(producer, size));
  }, [producer, receiving]);
  return (
    <div ref={frame} class="picture">
      {last.current && <Video track={last.current} label={label} whole={whole} />}
    </div>
  );
}
