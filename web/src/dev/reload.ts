// Only in pages built with --dev: asks for the time of the last build and reloads when it has changed.
let stamp: string | undefined;

async function ask(): Promise<void> {
  const reply = await fetch("stamp.json", { cache: "no-store" }).catch(() => undefined);
  const now = reply?.ok ? await reply.text() : undefined;
  if (stamp !== undefined && now !== undefined && now !== stamp) location.reload();
  stamp = now ?? stamp;
}

setInterval(ask, 700);
