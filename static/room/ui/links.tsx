/** Addresses in messages become links; everything else stays the text it is. */
import type { ComponentChildren } from "preact";

const ADDRESS = /https?:\/\/[^\s<>"«»]+[^\s<>"«».,:;!?)\]]/g;

export function withLinks(text: string): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const { 0: address, index } of text.matchAll(ADDRESS)) {
    parts.push(text.slice(end, index));
    parts.push(
      <a key={index} href={address} target="_blank" rel="noopener noreferrer nofollow">
        {address}
      </a>,
    );
    end = index + address.length;
  }
  parts.push(text.slice(end));
  return parts;
}
