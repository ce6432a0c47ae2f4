// Mean colours of pictures, of every pixel: whoever draws a picture small takes samples, and each browser others.
import fs from "node:fs";
import type { Page } from "@playwright/test";

export interface Part {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Means {
  means(image: CanvasImageSource, at: Part, paper?: string): number[][];
}

/** Has the page know how to tell the means of 4 × 4 cells of a part of a picture. */
export async function teachMeans(page: Page): Promise<void> {
  await page.evaluate(() => {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const means: Means["means"] = (image, { x, y, width, height }, paper = "black") => {
      if (!context) throw new Error("no canvas");
      [canvas.width, canvas.height] = [width, height];
      context.fillStyle = paper;
      context.fillRect(0, 0, width, height);
      context.drawImage(image, x, y, width, height, 0, 0, width, height);
      const [w, h] = [width >> 2, height >> 2];
      return Array.from({ length: 16 }, (_, i) => {
        const { data } = context.getImageData(w * (i % 4), h * (i >> 2), w, h);
        const sums = [0, 0, 0, 0];
        for (let at = 0; at < data.length; at++) sums[at & 3] = (sums[at & 3] ?? 0) + (data[at] ?? 0);
        return sums.slice(0, 3).map((sum) => sum / (w * h));
      });
    };
    Object.assign(globalThis, { means });
  });
}

/** The means of parts of a file, or of the whole, as the browser decodes it. The page has been taught. */
export async function fileMeans(
  page: Page,
  file: string,
  parts?: readonly Part[],
  paper = "black",
): Promise<number[][][]> {
  const data = fs.readFileSync(file).toString("base64");
  return page.evaluate(
    async ([text, list, paper]) => {
      const photo = await createImageBitmap(new Blob([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))]));
      const { means } = globalThis as unknown as Means;
      const whole = { x: 0, y: 0, width: photo.width, height: photo.height };
      return (list ?? [whole]).map((at) => means(photo, at, paper));
    },
    [data, parts, paper] as const,
  );
}

/** The means of the sharpest picture that a photo shows. The page has been taught. */
export async function shownMeans(page: Page, n = 0, paper = "black"): Promise<number[][]> {
  return page
    .getByTestId("photo")
    .nth(n)
    .evaluate((photo, paper) => {
      const images = [...photo.querySelectorAll("img")].sort((a, b) => b.naturalWidth - a.naturalWidth);
      const [image] = images;
      if (!image) throw new Error("nothing is shown");
      const { means } = globalThis as unknown as Means;
      return means(image, { x: 0, y: 0, width: image.naturalWidth, height: image.naturalHeight }, paper);
    }, paper);
}

export type { Means };
