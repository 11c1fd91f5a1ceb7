/** Generated lines of a page, between `<!-- generated:<name> -->` and `<!-- /generated:<name> -->`. */
export type Regions = Readonly<Record<string, readonly string[]>>;

const marker = /^<!-- (\/?)generated:([a-z-]+) -->$/;

/** Fills the regions of a page. Throws when a region is unknown, opened twice or never closed. */
export function fillRegions(page: string, regions: Regions): string {
  const kept: string[] = [];
  let open: string | undefined;
  for (const line of page.split('\n')) {
    const [, slash, name] = marker.exec(line) ?? [];
    if (name === undefined) {
      if (open === undefined) kept.push(line);
      continue;
    }
    const isEnd = slash === '/';
    if (isEnd !== (open === name) || (!isEnd && open !== undefined)) throw new Error(`"${line}" is out of place`);
    const lines = regions[name];
    if (lines === undefined) throw new Error(`Nothing is generated for "${line}"`);
    if (isEnd) kept.push(line);
    else kept.push(line, '', ...lines, '');
    open = isEnd ? undefined : name;
  }
  if (open !== undefined) throw new Error(`generated:${open} is never closed`);
  return kept.join('\n');
}

/** Returns a Markdown table. A `|` in a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
