/** Line icons on a grid of 24, drawn with the text's colour. They mean nothing to a reader: labels do. */
import type { JSX } from "preact";

const PATHS = {
  microphone: ["M12 3a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3Z", "M5 11a7 7 0 0 0 14 0", "M12 18v3"],
  microphoneOff: ["M9 6a3 3 0 0 1 6 0v5", "M9.5 13A3 3 0 0 0 12 14", "M5 11a7 7 0 0 0 11 5.7", "M19 11a7 7 0 0 1-.6 2.8", "M12 18v3", "M4 4l16 16"],
  camera: ["M4 7h9a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1Z", "M15 11l6-3v8l-6-3"],
  cameraOff: ["M8 7h5a2 2 0 0 1 2 2v3", "M15 15.5a2 2 0 0 1-2 1.5H4a1 1 0 0 1-1-1V8", "M15 11l6-3v8l-3-1.5", "M4 4l16 16"],
  screen: ["M4 5h16a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1Z", "M9 20h6", "M12 13V8", "M9.5 10.5L12 8l2.5 2.5"],
  screenOff: ["M4 5h16a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1Z", "M9 20h6", "M9.5 8l5 5", "M14.5 8l-5 5"],
  chat: ["M5 4h14a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1h-8l-5 4v-4H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1Z"],
  people: ["M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Z", "M3 20a6 6 0 0 1 12 0", "M16 4.5a3.5 3.5 0 0 1 0 6", "M18 14.5a6 6 0 0 1 3 5.5"],
  leave: ["M14 4h4a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-4", "M4 12h11", "M11 8l4 4-4 4"],
  settings: ["M4 7h10", "M18 7h2", "M16 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z", "M4 17h2", "M10 17h10", "M8 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  send: ["M5 12h13", "M12 6l6 6-6 6"],
  tools: ["M9 3h6v3H9Z", "M9 4H6a1 1 0 0 0-1 1v15a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V5a1 1 0 0 0-1-1h-3", "M9 12l2 2 4-4"],
  reply: ["M9 7L4 12l5 5", "M4 12h10a6 6 0 0 1 6 6"],
  hide: ["M8 7.6A8.5 8.5 0 0 1 12 6.5c5 0 8 5.5 8 5.5a14 14 0 0 1-2.5 3", "M15 16.7a8 8 0 0 1-3 .8c-5 0-8-5.5-8-5.5a14 14 0 0 1 2-2.7", "M4 4l16 16"],
  attach: ["M18 11.5l-6.8 6.8a4.3 4.3 0 0 1-6-6L12.5 5a2.9 2.9 0 0 1 4 4L9.3 16.2a1.4 1.4 0 0 1-2-2l6.2-6.2"],
  file: ["M6 3h8l4 4v13a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1Z", "M14 3v4h4", "M9 12h6", "M9 16h6"],
  line: ["M5 19v-3", "M12 19v-8", "M19 19V5"],
  float: ["M4 5h16a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1Z", "M12 12h6v4h-6Z"],
  hand: ["M8 12V6a1.3 1.3 0 0 1 2.6 0v5", "M10.6 11V4.5a1.3 1.3 0 0 1 2.6 0V11", "M13.2 11V5.5a1.3 1.3 0 0 1 2.6 0V13", "M15.8 9.5a1.3 1.3 0 0 1 2.6 0V15a6 6 0 0 1-6 6h-.5a6 6 0 0 1-5-2.6L4 14.5a1.4 1.4 0 0 1 2.2-1.7L8 14.5"],
  speech: ["M12 4v16", "M8 8v8", "M16 8v8", "M4 11v2", "M20 11v2"],
  more: ["M6 12a1 1 0 1 1-2 0 1 1 0 0 1 2 0Z", "M13 12a1 1 0 1 1-2 0 1 1 0 0 1 2 0Z", "M20 12a1 1 0 1 1-2 0 1 1 0 0 1 2 0Z"],
  back: ["M15 5l-7 7 7 7"],
  forward: ["M9 5l7 7-7 7"],
  pin: ["M9 4h6l-1 6 3 3H7l3-3-1-6Z", "M12 13v7"],
  eye: ["M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Z", "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z"],
  sound: ["M4 9.5h3.5L12 6v12l-4.5-3.5H4Z", "M15.5 9a4 4 0 0 1 0 6", "M18 6.5a8 8 0 0 1 0 11"],
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {PATHS[name].map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );
}
