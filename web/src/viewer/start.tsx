// The moment before anything is known. Words appear only when it takes long, so that they do not flash.
import { t } from "../lib/words.ts";
import { Frame } from "../ui/frame.tsx";

export function Start() {
  return (
    <Frame>
      <div class="center">
        <p class="slow quiet" role="status">
          {t("view.opening")}
        </p>
      </div>
    </Frame>
  );
}
