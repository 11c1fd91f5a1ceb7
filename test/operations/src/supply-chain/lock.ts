/** The members of package-lock.json (version 3) that the checks read: packages by their place in the tree. */
export type Lock = { packages: Record<string, { version?: string; license?: string; link?: boolean }> };

/** Returns the name of the package at a place such as `node_modules/a/node_modules/@b/c`. */
export function nameAt(place: string): string {
  return place.split('node_modules/').at(-1) ?? place;
}
