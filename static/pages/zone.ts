/** Tells the server which clock the reader's device shows, so that pages can name both times (R37). */
const NAME = "kabinet_zone";
const YEAR_SECONDS = 365 * 24 * 60 * 60;

export function tellZone(page: Document): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const entry = `${NAME}=${zone}`;
  if (!zone || page.cookie.split("; ").includes(entry)) return;
  const secure = page.location.protocol === "https:" ? "; Secure" : "";
  page.cookie = `${entry}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Lax${secure}`;
}
