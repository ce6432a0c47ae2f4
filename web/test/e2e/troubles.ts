// Browsers whose codecs are not what they should be.
import type { Page } from "@playwright/test";

/** What goes wrong in the codec workers: their script begins with these lines. */
export const troubles = {
  nothing: "",
  "no WebCodecs": "for (const name of ['VideoEncoder', 'VideoFrame', 'ImageDecoder']) self[name] = undefined;",
  "no OffscreenCanvas": "self.OffscreenCanvas = undefined;",
  "random pixels": `for (const kind of [OffscreenCanvasRenderingContext2D]) {
      const get = kind.prototype.getImageData;
      kind.prototype.getImageData = function (...args) {
        const image = get.apply(this, args);
        crypto.getRandomValues(image.data.subarray(0, Math.min(65536, image.data.length)));
        return image;
      };
    }`,
} as const;

export type Trouble = keyof typeof troubles;

/** Lets the page send under that trouble; what it loads is listed. */
export async function troubled(page: Page, trouble: Trouble): Promise<string[]> {
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(request.url()));
  await page.route(/codec\.worker-/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${troubles[trouble]}\n${await response.text()}` });
  });
  return loaded;
}
