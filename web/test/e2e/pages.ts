// The steps that people take, by the names that do not change.
import { type Browser, expect, type Page } from "@playwright/test";

export interface SendOptions {
  readonly passphrase?: string;
  readonly views?: string;
  readonly expires?: string;
  readonly alt?: string;
}

export interface Sent {
  readonly link: string;
  readonly manage: string;
}

export const part = (page: Page, name: string) => page.getByTestId(name);

/** The n-th photo of an open share, from 0; far from the one on the screen it is not there. */
export const slide = (page: Page, n: number) => page.locator(`[data-testid="photo"][data-i="${n}"]`);

export async function choose(page: Page, files: string | string[]): Promise<void> {
  await part(page, "photo-input").first().setInputFiles(files);
}

export async function setRules(page: Page, options: SendOptions): Promise<void> {
  for (const name of ["expires", "views", "passphrase"] as const) {
    const value = options[name];
    if (value !== undefined) await part(page, name).fill(value);
  }
}

/** Chooses, sets, sends, and waits for the state. */
export async function send(
  page: Page,
  url: string,
  files: string | string[],
  options: SendOptions = {},
  until = "complete",
): Promise<Sent> {
  await page.goto(url);
  await choose(page, files);
  await setRules(page, options);
  if (options.alt !== undefined)
    await page
      .getByRole("textbox", { name: /Describe/ })
      .first()
      .fill(options.alt);
  await part(page, "send").click();
  await expect(part(page, "status")).toHaveAttribute("data-state", until, { timeout: 60_000 });
  return { link: await textOf(page, "share-link"), manage: await textOf(page, "manage-link") };
}

export async function textOf(page: Page, name: string): Promise<string> {
  const value = await part(page, name).evaluate((e) =>
    e instanceof HTMLInputElement || e instanceof HTMLTextAreaElement ? e.value : (e.textContent ?? ""),
  );
  return value.replace(/\s+/g, "");
}

/** A page in a context of its own: another person. */
export async function stranger(browser: Browser, options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
  const context = await browser.newContext(options);
  return context.newPage();
}

/** Waits until the n-th photo (from 0) shows the state or a better one, painted. */
export async function shows(page: Page, state: "preview" | "view" | "original" = "view", n = 0): Promise<void> {
  const better = ["preview", "view", "original"].slice(["preview", "view", "original"].indexOf(state));
  const photo = slide(page, n);
  await expect(photo).toHaveAttribute("data-state", new RegExp(`^(${better.join("|")})$`), { timeout: 60_000 });
  await expect
    .poll(() =>
      photo.evaluate(
        (e) =>
          [...e.querySelectorAll("img")].some((i) => i.complete && i.naturalWidth > 0) ||
          e.querySelector("canvas") !== null,
      ),
    )
    .toBe(true);
}

/** Mean colours of a grid over the largest picture in the photo: what a person would recognise. */
export async function grid(page: Page, n = 0, cells = 4): Promise<number[][]> {
  return slide(page, n).evaluate((photo, count) => {
    const sources = [...photo.querySelectorAll<HTMLImageElement | HTMLCanvasElement>("img, canvas")];
    const width = (e: HTMLImageElement | HTMLCanvasElement) =>
      e instanceof HTMLImageElement ? e.naturalWidth : e.width;
    const source = sources.sort((a, b) => width(b) - width(a))[0];
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = count;
    const context = canvas.getContext("2d");
    if (!source || !context) throw new Error("nothing is painted");
    context.imageSmoothingQuality = "high";
    context.drawImage(source, 0, 0, count, count);
    const { data } = context.getImageData(0, 0, count, count);
    return Array.from({ length: count * count }, (_, i) => [...data.slice(i * 4, i * 4 + 3)]);
  }, cells);
}

export function distance(a: number[][], b: number[][]): number {
  return Math.max(...a.map((colour, i) => Math.max(...colour.map((v, j) => Math.abs(v - (b[i]?.[j] ?? 999))))));
}
