/**
 * The words of the socket protocol, exactly as docs/protocol.md tells them.
 * Our fields are snake_case; objects of W3C and ORTC keep their camelCase.
 */
import type { types } from "mediasoup-client";
import type { Seen } from "./seen.ts";

export const PROTOCOL_VERSION = 1;

/** ISO-8601 in UTC, as the server writes instants. */
export type Instant = string;
export type Role = "host" | "cohost" | "student" | "parent";
export type Form = "webinar" | "videoconference" | "chat";
export type Kind = "group" | "individual";
export type Source = "microphone" | "camera" | "screen";
export type Scope = "overview" | "single_topic";
export type TopicBasis = "performance" | "student_request" | "parent_request";
export type Layer = 0 | 1 | 2;

export type Session = {
  id: number;
  title: string;
  subject: string | null;
  form: Form;
  kind: Kind;
  topic: string | null;
  scope: Scope | null;
  starts_at: Instant;
  ends_at: Instant;
  closes_at: Instant;
  warning_minutes: number;
  zone: string;
  server_now: Instant;
};

/** A person, and what the seat remembers of the floor. */
export type Peer = {
  id: number;
  name: string;
  role: Role;
  about: string;
  hand_since: Instant | null;
  floor: boolean;
  /** A host has switched the microphone off; its owner may switch it on again. */
  muted: boolean;
  microphone_stopped: boolean;
  camera_stopped: boolean;
};
export type Producer = { id: string; peer: number; kind: "audio" | "video"; source: Source; paused: boolean };

export type Rights = {
  publish_audio: boolean;
  publish_video: boolean;
  publish_screen: boolean;
  write: boolean;
  moderate: boolean;
  set_topic: boolean;
  /** Close, make longer, choose who helps: the host's alone. */
  lead: boolean;
  raise_hand: boolean;
  /** A full room gives the last ones less. */
  receive_audio: boolean;
  receive_video: boolean;
};

/** The beginning of the message that another answers; `text` is empty when that one is hidden. */
export type Quote = { id: number; author_name: string; text: string };
export type FileOf = { id: number; name: string; media_type: string; size: number };

export type Message = {
  id: number;
  client_id: string;
  author: number;
  author_name: string;
  body: string;
  sent_at: Instant;
  hidden: boolean;
  quote: Quote | null;
  file: FileOf | null;
};

export type PollKind = "open" | "single" | "multiple" | "yes_no";
export type PollAsked = { kind: PollKind; question: string; options: string[]; shown: boolean };
export type PollResults = { answered: number; counts: number[]; texts: string[] };
export type Poll = PollAsked & {
  id: number;
  closed: boolean;
  mine: { choices: number[]; text: string } | null;
  /** null for those whom they are hidden from. */
  results: PollResults | null;
};
/** Work until `ends_at`, then a break until `break_ends_at`. */
export type Timer = { started_at: Instant; ends_at: Instant; break_ends_at: Instant | null };
export type Slides = { file: FileOf; page: number };
export type DrawnBy = "hosts" | "everybody";
export type BoardUp = { drawn_by: DrawnBy };
export type Colour = "black" | "red" | "blue" | "green";
/** A line: x and y in turn, in ten-thousandths of the board's width. */
export type Stroke = { id: number; author: number; client_id: string; colour: Colour; width: number; points: number[] };
export type ItemName = "briefing" | "hardest_tasks" | "grading_criteria";
export type ChecklistItem = { item: ItemName; ticked_at: Instant | null };
export type ToolsNow = {
  poll: Poll | null;
  timer: Timer | null;
  slides: Slides | null;
  board: BoardUp | null;
  checklist: ChecklistItem[] | null;
};

export type Door = {
  why: DoorReason;
  opens_at: Instant;
  starts_at: Instant;
  ends_at: Instant;
  server_now: Instant;
  /** How many stand before me in a line. */
  ahead: number | null;
};

/** Somebody at the door, as the host sees them. */
export type Waiter = Peer & { since: Instant; why: DoorReason };
/** `removed` may not return until it is taken back. */
export type Lobby = { waiting: Waiter[]; one_by_one: boolean; line: boolean; removed: Peer[] };
/** What a host has done to me. */
export type Deed =
  | "muted"
  | "microphone_stopped"
  | "microphone_allowed"
  | "camera_stopped"
  | "camera_allowed"
  | "floor_given"
  | "floor_taken"
  | "hand_lowered"
  | "co_host_made"
  | "co_host_withdrawn";

export type Snapshot = {
  session: Session;
  me: Peer;
  rights: Rights;
  peers: Peer[];
  producers: Producer[];
  /** null where the form carries no media (chat). */
  capabilities: types.RtpCapabilities | null;
  messages: Message[];
  speaker: number | null;
  /** null for those who do not moderate. */
  lobby: Lobby | null;
  tools: ToolsNow;
};

export type Joined = { status: "joined"; snapshot: Snapshot } | { status: "waiting"; door: Door };
export type OverReason = "time" | "closed" | "cancelled" | "moved" | "removed" | "refused" | "finished";
/** A moved session says when it is now; a cancelled one may say why. */
export type Ending = { reason: OverReason; starts_at?: Instant; ends_at?: Instant; cause?: string };
export type Topic = { topic: string; basis: TopicBasis; scope: Scope };

export type TransportParameters = {
  id: string;
  iceParameters: types.IceParameters;
  iceCandidates: types.IceCandidate[];
  dtlsParameters: types.DtlsParameters;
  iceServers: RTCIceServer[];
};

export type ConsumerParameters = {
  id: string;
  producer: string;
  kind: types.MediaKind;
  rtpParameters: types.RtpParameters;
  producer_paused: boolean;
};

type Nothing = Record<string, never>;
type ById = { id: string };
type ByPerson = { person: number };

/** What the browser asks: event → [payload, answer's data]. */
export type Requests = {
  join: [Nothing, Joined];
  leave: [Nothing, unknown];
  "transport.create": [{ direction: "send" | "recv" }, TransportParameters];
  "transport.connect": [{ id: string; dtlsParameters: types.DtlsParameters }, unknown];
  "transport.restart_ice": [ById, { iceParameters: types.IceParameters; iceServers: RTCIceServer[] }];
  produce: [
    { transport: string; kind: types.MediaKind; rtpParameters: types.RtpParameters; source: Source; paused: boolean },
    ById,
  ];
  "producer.pause": [ById, unknown];
  "producer.resume": [ById, unknown];
  "producer.close": [ById, unknown];
  consume: [{ transport: string; producer: string; rtpCapabilities: types.RtpCapabilities }, ConsumerParameters];
  "consumer.resume": [ById, unknown];
  "consumer.pause": [ById, unknown];
  "consumer.close": [ById, unknown];
  "consumer.size": [{ id: string; width: number; height: number }, unknown];
  "quality.report": [Seen, unknown];
  "chat.send": [{ client_id: string; body: string; reply_to?: number }, { id: number; sent_at: Instant }];
  "chat.hide": [{ id: number }, unknown];
  "chat.after": [{ id: number }, { messages: Message[] }];
  "topic.set": [Topic, unknown];
  "room.close": [{ reason?: string }, unknown];
  "poll.open": [PollAsked, unknown];
  "poll.choose": [{ id: number; choices: number[] }, unknown];
  "poll.write": [{ id: number; text: string }, unknown];
  "poll.show": [{ id: number; shown: boolean }, unknown];
  "poll.close": [{ id: number }, unknown];
  "timer.start": [{ minutes: number; break_minutes: number }, unknown];
  "timer.stop": [Nothing, unknown];
  "slides.show": [{ file: number }, unknown];
  "slides.turn": [{ page: number }, unknown];
  "slides.hide": [Nothing, unknown];
  "board.show": [{ drawn_by: DrawnBy }, unknown];
  "board.hide": [Nothing, unknown];
  "board.draw": [{ client_id: string; colour: Colour; width: number; points: number[] }, unknown];
  "board.erase": [{ id: number }, unknown];
  "board.undo": [Nothing, unknown];
  "board.clear": [Nothing, unknown];
  "board.after": [{ id: number }, { strokes: Stroke[] }];
  "checklist.tick": [{ item: ItemName; done: boolean }, unknown];
  "room.extend": [{ minutes: number }, { ends_at: Instant }];
  "hand.raise": [Nothing, unknown];
  "hand.lower": [ByPerson, unknown];
  "floor.give": [ByPerson, unknown];
  "floor.take": [ByPerson, unknown];
  "floor.mute": [ByPerson, unknown];
  "floor.mute_all": [Nothing, unknown];
  "floor.stop": [{ person: number; source: "microphone" | "camera"; stopped: boolean }, unknown];
  "floor.remove": [{ person: number; may_return: boolean }, unknown];
  "floor.readmit": [{ person: number }, unknown];
  "floor.co_host": [{ person: number; co_host: boolean }, unknown];
  "lobby.admit": [ByPerson, unknown];
  "lobby.admit_all": [Nothing, unknown];
  "lobby.refuse": [{ person: number; word: string }, unknown];
  "lobby.next": [{ person: number | null }, unknown];
  "lobby.one_by_one": [{ on: boolean }, unknown];
};

/** What the server tells: event → payload. */
export type Pushes = {
  door: Door;
  admitted: unknown;
  "peer.joined": Peer;
  "peer.left": { id: number };
  "peer.changed": Peer;
  "producer.added": Producer;
  "producer.removed": { id: string };
  "producer.paused": { id: string; paused: boolean };
  "consumer.layer": { id: string; layer: Layer | null };
  "consumer.closed": { id: string };
  speaker: { peer: number | null };
  "chat.message": Message;
  session: Session;
  rights: Rights;
  lobby: Lobby;
  told: { what: Deed };
  tools: ToolsNow;
  poll: { poll: Poll | null };
  timer: { timer: Timer | null };
  slides: { slides: Slides | null };
  checklist: { checklist: ChecklistItem[] | null };
  board: { board: BoardUp | null };
  "board.stroke": Stroke;
  "board.erased": { id: number };
  "board.cleared": unknown;
  "media.lost": unknown;
  taken_over: unknown;
  over: Ending;
};

/** Codes that people may come to read about; any other is told in general words. */
export type RefusalCode =
  | "bad_ticket"
  | "host_twice"
  | "internal"
  | "board_full"
  | "busy"
  | "checklist_incomplete"
  | "cancelled"
  | "entitlement_ended"
  | "flood"
  | "form_expired"
  | "invalid"
  | "link_revoked"
  | "media_unavailable"
  | "no_right"
  | "not_expected"
  | "not_found"
  | "occupied"
  | "over"
  | "poll_closed"
  | "poll_goes_on"
  | "removed"
  | "sign_in_needed"
  | "sign_in_required"
  | "too_often"
  | "unanswered"
  | "unknown_session"
  | "wrong_version";

export type DoorReason =
  | "not_open_yet"
  | "waiting_for_topic"
  | "waiting_for_host"
  | "waiting_for_turn"
  | "waiting_for_admission"
  | "full";

export type Answer<T> = { ok: true; data: T } | { ok: false; code: string; data?: Record<string, unknown> };
