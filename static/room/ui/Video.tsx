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

type RemoteVideoProps = { producer: string; track: MediaStreamTrack; label: string; whole?: boolean };

export function RemoteVideo({ producer, track, label, whole = false }: RemoteVideoProps): JSX.Element {
  const { receiving } = useRoom().media;
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!frame.current) return undefined;
    return watchSize(frame.current, (size) => receiving.size(producer, size));
  }, [producer, receiving]);
  return (
    <div ref={frame} class="picture">
      <Video track={track} label={label} whole={whole} />
    </div>
  );
}
