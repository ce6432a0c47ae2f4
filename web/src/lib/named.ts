// Every script of the pages carries its own copy of the classes that it throws: what a late script threw is told by name.

/** For Symbol.hasInstance of an error class. */
export const named =
  (name: string) =>
  (thrown: unknown): boolean =>
    (thrown as { readonly name?: unknown } | null | undefined)?.name === name;
