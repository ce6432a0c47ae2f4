// How a person shares with each system, and how another one looks at it. Everything is done from inside the page as soon
// as it can be, so that no time is that of a person or of the automation. Times are Date.now().

/** Chooses files and resolves with the link, and when what was there. */
const floor = {
  name: "floor",
  path: "/",
  input: "#file",
  async share(page, files) {
    let link;
    for (const file of files) {
      // It knows one photo at a time.
      await page.evaluate(() => document.getElementById("link")?.remove());
      await page.setInputFiles("#file", file);
      link = await until(page, () => {
        const href = document.getElementById("link")?.href;
        return href && { link: href, at: Date.now() };
      });
    }
    return { link: link.link, complete: link.at };
  },
  async view(page, link) {
    await page.goto(link, { waitUntil: "commit" });
    const first = await painted(page, "#image");
    return { first, view: await painted(page, '#image[data-full="1"]') };
  },
};

const safelight = {
  name: "safelight",
  path: "/",
  input: "[data-testid=photo-input]",
  async share(page, files) {
    await page.setInputFiles("[data-testid=photo-input]", files);
    const sent = await until(page, () => {
      const button = document.querySelector("[data-testid=send]");
      if (!button || button.disabled || button.getClientRects().length === 0) return undefined;
      const at = Date.now();
      button.click();
      return { at };
    });
    const linked = await until(page, () => {
      const shown = document.querySelector("[data-testid=share-link]");
      return (shown?.value ?? shown?.textContent ?? "").includes("#") && { at: Date.now() };
    });
    const opens = await until(page, () => {
      const { state } = document.querySelector("[data-testid=status]")?.dataset ?? {};
      if (state === "failed") throw new Error("safelight failed to send");
      const shown = document.querySelector("[data-testid=share-link]");
      const link = (shown?.value ?? shown?.textContent ?? "").replace(/\s+/g, "");
      return (state === "opens" || state === "complete") && link.includes("#") && { link, at: Date.now() };
    });
    const complete = await until(page, () => {
      const { state } = document.querySelector("[data-testid=status]")?.dataset ?? {};
      if (state === "failed") throw new Error("safelight failed to send");
      return state === "complete" && { at: Date.now() };
    });
    return { link: opens.link, sent: sent.at, linked: linked.at, opens: opens.at, complete: complete.at };
  },
  async view(page, link) {
    await page.goto(link, { waitUntil: "commit" });
    const photo = "[data-testid=photo]";
    const first = await painted(page, `${photo} img, ${photo} canvas`);
    const whole = ["view", "original"].flatMap((state) =>
      ["img", "canvas"].map((e) => `${photo}[data-state=${state}] ${e}`),
    );
    return { first, view: await painted(page, whole.join(", ")) };
  },
};

export const systems = { floor, safelight };

const patience = { polling: "raf", timeout: 240_000 };

/** Asks in every frame until something comes of it. */
async function until(page, ask) {
  return (await page.waitForFunction(ask, null, patience)).jsonValue();
}

/** When an image of a size that can be seen was there, and when it had been decoded and drawn: two frames later. */
async function painted(page, selector) {
  const seen = await page.waitForFunction(
    (wanted) => {
      const there = (e) => {
        const { width, height } = e.getBoundingClientRect();
        if (width < 150 || height < 100) return false;
        return e instanceof HTMLCanvasElement ? e.width > 0 : e.complete && e.naturalWidth > 1;
      };
      const found = [...document.querySelectorAll(wanted)].find(there);
      if (!found) return false;
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      const wait = async () => {
        const came = Date.now();
        await found.decode?.().catch(() => {});
        await frame();
        await frame();
        return { came, at: Date.now() };
      };
      // A promise ends the polling: playwright waits for what it resolves with.
      return wait();
    },
    selector,
    patience,
  );
  return seen.jsonValue();
}
