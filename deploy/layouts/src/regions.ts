/** The generated lines of a file. They are between comments with `services:<name>` and with `/services:<name>`. */
export type Regions = Readonly<Record<string, readonly string[]>>;

/** Replaces the generated lines of a text. Throws when the text lacks a region, or has an unknown region. */
export function replaceRegions(text: string, regions: Regions): string {
  const lines = text.split('\n');
  const missing = new Set(Object.keys(regions));
  const kept: string[] = [];
  let open: string | undefined;
  for (const line of lines) {
    const [, isEnd, name] = /(\/?)services:([a-z-]+)/.exec(line) ?? [];
    if (name === undefined) {
      if (open === undefined) kept.push(line);
      continue;
    }
    kept.push(line);
    if (isEnd) {
      if (open !== name) throw new Error(`/services:${name} closes what is not open`);
      open = undefined;
      continue;
    }
    const generated = regions[name];
    if (generated === undefined) throw new Error(`no lines are generated for services:${name}`);
    if (open !== undefined || !missing.delete(name)) throw new Error(`services:${name} opens twice or within another`);
    kept.push(...generated);
    open = name;
  }
  if (open !== undefined) throw new Error(`services:${open} is never closed`);
  if (missing.size > 0) throw new Error(`the text has no services:${[...missing].join(', services:')}`);
  return kept.join('\n');
}
