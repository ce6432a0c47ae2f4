// Names of photos in a ZIP: such as every system can write, and no two alike.

/** What Windows keeps for devices, whatever the extension. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)$/i;
const most = 100;

/** A name that can be written anywhere; photo is what stands there when nothing is left of it. */
export function cleanName(name: string, photo: string): string {
  const dot = name.lastIndexOf(".");
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
  const clean = [...stem.normalize("NFC").replace(/[\p{C}\p{Zl}\p{Zp}<>:"/\\|?*]/gu, "-")]
    .slice(0, most)
    .join("")
    .replace(/^[.\s]+|[.\s]+$/g, "");
  return `${clean === "" || devices.test(clean.split(".")[0] ?? "") ? photo : clean}${extension}`;
}

/** The same names, all different also where capitals do not count: "a.jpg", "A (2).jpg". */
export function distinct(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const dot = name.lastIndexOf(".");
    for (let n = 1; ; n++) {
      const made = n === 1 ? name : `${name.slice(0, dot)} (${n})${name.slice(dot)}`;
      const key = made.normalize("NFC").toLowerCase();
      if (taken.has(key)) continue;
      taken.add(key);
      return made;
    }
  });
}
