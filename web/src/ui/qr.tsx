// A link as a QR code, dark on paper in every theme: many readers refuse the inverse.
import { useEffect, useState } from "preact/hooks";
import { encode } from "uqr";
import { t } from "../lib/words.ts";

function drawn(text: string): { readonly path: string; readonly size: number } {
  const { data, size } = encode(text, { ecc: "M", border: 2 });
  return { path: data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ""))).join(""), size };
}

const modules = 37; // of most links, so that nothing moves when it comes

/** Comes after everything else that is drawn with it. */
export function Qr({ text, label = t("links.qr") }: { readonly text: string; readonly label?: string }) {
  const [{ path, size }, set] = useState({ path: "", size: modules });
  useEffect(() => {
    const soon = setTimeout(() => set(drawn(text)), 30);
    return () => clearTimeout(soon);
  }, [text]);
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label}>
      <path d={path} />
    </svg>
  );
}
