/** What the page says about itself: the attributes of its one element. */
import type { Form } from "./protocol.ts";

export type Page = {
  sessionId: string;
  ticketUrl: string;
  probeUrl: string;
  csrf: string;
  /** Where files are sent to, and the largest that is taken, in bytes. */
  filesUrl: string;
  fileLimit: number;
  language: string;
  name: string;
  about: string;
  title: string;
  hostName: string;
  /** The organisation's zone, its name as people say it, and the reader's own zone. */
  zone: string;
  zoneName: string;
  ownZone: string | undefined;
  home: string;
  /** Where the chat is read afterwards; empty for those who came by a personal link. */
  record: string;
  form: Form | null;
  /** False for those who will not be allowed to send anything: no device check for them. */
  publishes: boolean;
  startsAt: number | null;
  endsAt: number | null;
};

const instant = (text: string | undefined): number | null => {
  const value = Date.parse(text ?? "");
  return Number.isNaN(value) ? null : value;
};

export function readPage({ dataset }: HTMLElement): Page {
  const form = dataset["form"] as Form | undefined;
  return {
    sessionId: dataset["session"] ?? "",
    ticketUrl: dataset["ticketUrl"] ?? "",
    probeUrl: dataset["probeUrl"] ?? "",
    csrf: dataset["csrf"] ?? "",
    filesUrl: dataset["filesUrl"] ?? "",
    fileLimit: Number(dataset["fileLimit"] ?? 0),
    language: dataset["lang"] ?? "ru",
    name: dataset["name"] ?? "",
    about: dataset["about"] ?? "",
    title: dataset["title"] ?? "",
    hostName: dataset["hostName"] ?? "",
    zone: dataset["zone"] ?? "Europe/Moscow",
    zoneName: dataset["zoneName"] ?? "",
    ownZone: dataset["ownZone"],
    home: dataset["home"] ?? "/",
    record: dataset["record"] ?? "",
    form: form ?? null,
    publishes: dataset["publishes"] !== "no" && form !== "chat",
    startsAt: instant(dataset["startsAt"]),
    endsAt: instant(dataset["endsAt"]),
  };
}
