// The two icons that only late scripts use; see ui/icon.tsx.

const paths = {
  play: "M6 3.75v12.5L16 10Z",
  pause: "M6.5 4v12M13.5 4v12",
} as const;

export function MoveIcon({ name }: { readonly name: keyof typeof paths }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
