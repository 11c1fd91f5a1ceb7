/** The root tsconfig.json: one reference for each workspace that has a tsconfig of its own. */
export function rootReferences(folders: readonly string[]): string {
  const references = folders.map((path) => `    { "path": "${path}" }`);
  return `{\n  "files": [],\n  "references": [\n${references.join(',\n')}\n  ]\n}\n`;
}
