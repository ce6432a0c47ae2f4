// Saves text as a file on the device.

export function saveText(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser reads the Blob after the click has returned; how long after, it does not say.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
