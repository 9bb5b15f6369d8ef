/**
 * The words of the socket protocol, exactly as docs/protocol.md tells them.
 * Our fields are snake_case; objects of W3C and ORTC keep their camelCase.
 */
import type { types } from "mediasoup-client";

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

export type Peer = { id: number; name: string; role: Role; about: string };
export type Producer = { id: string; peer: number; kind: "audio" | "video"; source: Source; paused: boolean };

export type Rights = {
  publish_audio: boolean;
  publish_video: boolean;
  publish_screen: boolean;
  write: boolean;
  moderate: boolean;
  set_topic: boolean;
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

export type Door = {
  why: DoorReason;
  opens_at: Instant;
  starts_at: Instant;
  ends_at: Instant;
  server_now: Instant;
};

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
};

export type Joined = { status: "joined"; snapshot: Snapshot } | { status: "waiting"; door: Door };
export type OverReason = "time" | "closed" | "cancelled" | "moved" | "removed";
/** A moved session says when it is now; a cancelled one may say why. */
export type Ending = { reason: OverReason; starts_at?: Instant; ends_at?: Instant; cause?: string };
export type Topic = { topic: string; basis: TopicBasis; scope: Scope };

export type TransportParameters = {
  id: string;
  iceParameters: types.IceParameters;
  iceCandidates: types.IceCandidate[];
  dtlsParameters: types.DtlsParameters;
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

/** What the browser asks: event → [payload, answer's data]. */
export type Requests = {
  join: [Nothing, Joined];
  leave: [Nothing, unknown];
  "transport.create": [{ direction: "send" | "recv" }, TransportParameters];
  "transport.connect": [{ id: string; dtlsParameters: types.DtlsParameters }, unknown];
  "transport.restart_ice": [ById, { iceParameters: types.IceParameters }];
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
  "chat.send": [{ client_id: string; body: string; reply_to?: number }, { id: number; sent_at: Instant }];
  "chat.hide": [{ id: number }, unknown];
  "chat.after": [{ id: number }, { messages: Message[] }];
  "topic.set": [Topic, unknown];
  "room.close": [Nothing, unknown];
};

/** What the server tells: event → payload. */
export type Pushes = {
  door: Door;
  admitted: unknown;
  "peer.joined": Peer;
  "peer.left": { id: number };
  "producer.added": Producer;
  "producer.removed": { id: string };
  "producer.paused": { id: string; paused: boolean };
  "consumer.layer": { id: string; layer: Layer | null };
  "consumer.closed": { id: string };
  speaker: { peer: number | null };
  "chat.message": Message;
  session: Session;
  rights: Rights;
  "media.lost": unknown;
  taken_over: unknown;
  over: Ending;
};

/** Codes that people may come to read about; any other is told in general words. */
export type RefusalCode =
  | "bad_ticket"
  | "internal"
  | "busy"
  | "cancelled"
  | "entitlement_ended"
  | "flood"
  | "form_expired"
  | "invalid"
  | "link_revoked"
  | "media_unavailable"
  | "no_right"
  | "not_expected"
  | "over"
  | "removed"
  | "sign_in_needed"
  | "sign_in_required"
  | "too_often"
  | "unanswered"
  | "unknown_session"
  | "wrong_version";

export type DoorReason = "not_open_yet" | "waiting_for_topic" | "waiting_for_host";

export type Answer<T> = { ok: true; data: T } | { ok: false; code: string; data?: Record<string, unknown> };
