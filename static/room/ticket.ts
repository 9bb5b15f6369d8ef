/** The way from the page to a ticket. */
import { Refusal } from "./wire.ts";

/**
 * Asks the server for a ticket to the room; a 4xx with a code is a Refusal, a network failure is thrown as it is
 * so that the caller tries again.
 */
export async function fetchTicket(url: string, csrf: string): Promise<string> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "X-CSRF-Token": csrf, Accept: "application/json" },
    credentials: "same-origin",
  });
  if (response.status >= 500) throw new Error(`ticket: ${response.status}`);
  const body = (await response.json().catch(() => ({}))) as { ticket?: string; code?: string };
  if (typeof body.ticket === "string") return body.ticket;
  throw new Refusal(body.code ?? "refused");
}
