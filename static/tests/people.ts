/** A believable room for tests. */
import type { Drawer } from "../room/drawer.ts";
import type { Message, Peer, Producer, Rights, Session, Snapshot } from "../room/protocol.ts";

export const NOW = Date.parse("2026-11-23T12:00:00Z");
export const at = (minutes: number): string => new Date(NOW + minutes * 60_000).toISOString();

const seated = { hand_since: null, floor: false, muted: false, microphone_stopped: false, camera_stopped: false };

export const teacher: Peer = { id: 1, name: "Соколова Анна Викторовна", role: "host", about: "учитель математики", ...seated };
export const ivan: Peer = { id: 2, name: "Петров Иван", role: "student", about: "7А", ...seated };
export const mother: Peer = { id: 3, name: "Петрова Ольга", role: "parent", about: "мама, Петров Иван, 7А", ...seated };

export const session: Session = {
  id: 7, title: "Алгебра", subject: "Алгебра", form: "videoconference", kind: "group", topic: "Квадратные уравнения",
  scope: "single_topic", starts_at: at(-5), ends_at: at(40), closes_at: at(45), warning_minutes: 5,
  zone: "Europe/Moscow", server_now: at(0),
};

export const speaking: Rights = {
  publish_audio: true, publish_video: true, publish_screen: true, write: true, moderate: false, set_topic: false,
  lead: false, raise_hand: true, receive_audio: true, receive_video: true,
};

export const message = (id: number, author = teacher, body = `Сообщение ${id}`): Message => ({
  id, client_id: `c${id}`, author: author.id, author_name: author.name, body, sent_at: at(0), hidden: false, quote: null, file: null,
});

export const camera = (id: string, peer: Peer): Producer => ({ id, peer: peer.id, kind: "video", source: "camera", paused: false });

export const snapshot = (more: Partial<Snapshot> = {}): Snapshot => ({
  session, me: ivan, rights: speaking, peers: [teacher], producers: [], capabilities: null, messages: [], speaker: null, lobby: null,
  tools: { poll: null, timer: null, slides: null, board: null, checklist: null }, ...more,
});

export class MemoryDrawer implements Drawer {
  readonly kept = new Map<string, string>();
  getItem(key: string): string | null {
    return this.kept.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.kept.set(key, value);
  }
}
