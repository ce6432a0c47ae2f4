// Browsers whose codecs are not what they should be.
import type { Page } from "@playwright/test";

const noWebCodecs = "for (const name of ['VideoEncoder', 'VideoFrame', 'ImageDecoder']) self[name] = undefined;";

/** Browsers that resist fingerprinting do both. */
const randomPixels = `${noWebCodecs}
  const get = OffscreenCanvasRenderingContext2D.prototype.getImageData;
  OffscreenCanvasRenderingContext2D.prototype.getImageData = function (...args) {
    const image = get.apply(this, args);
    crypto.getRandomValues(image.data.subarray(0, Math.min(65536, image.data.length)));
    return image;
  };`;

/** What goes wrong in the codec workers: their script begins with these lines. */
export const troubles = {
  nothing: "",
  "no WebCodecs": noWebCodecs,
  "no OffscreenCanvas": "self.OffscreenCanvas = undefined;",
  "random pixels": randomPixels,
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
