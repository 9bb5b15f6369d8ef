/** A file in the conversation: a picture is shown, anything else is named; both are saved with a click. */
import type { JSX } from "preact";
import type { FileOf } from "../protocol.ts";
import { useAsk } from "./asking.ts";
import { useRoom } from "./context.ts";
import { Icon } from "./icons.tsx";

export const fileAddress = (sessionId: string, file: number): string => `/room/${sessionId}/files/${file}`;

export function Attachment({ file }: { file: FileOf }): JSX.Element {
  const { page, session, words } = useRoom();
  const ask = useAsk();
  const picture = file.media_type.startsWith("image/");
  const address = fileAddress(page.sessionId, file.id);
  const shown = session.tools.slides.value?.file.id === file.id;
  const presentable = file.media_type === "application/pdf" && session.rights.value.moderate && !shown;
  return (
    <>
      <a class="attachment" data-picture={picture} href={address} download={file.name}>
        {picture ? <img src={address} alt={words.chat.picture(file.name)} loading="lazy" /> : <Icon name="file" />}
        <span class="attachment-name">
          {file.name} <small>{words.size(file.size)}</small>
        </span>
      </a>
      {presentable && (
        <button type="button" class="quiet" onClick={() => ask(() => session.tools.showSlides(file.id))}>
          {words.tools.slides.showAll}
        </button>
      )}
    </>
  );
}
