/** Names the columns of a header: a repeated name gets " (2)", and a column without a name becomes "Column D". */
export function nameColumns(header: readonly string[]): string[] {
  const seen = new Set<string>();
  return header.map((text, index) => {
    const base = text.trim() === '' ? `Column ${letterOf(index)}` : text.trim();
    let name = base;
    for (let count = 2; seen.has(name); count += 1) name = `${base} (${count})`;
    seen.add(name);
    return name;
  });
}

function letterOf(index: number): string {
  const rest = Math.floor(index / 26);
  return `${rest > 0 ? letterOf(rest - 1) : ''}${String.fromCharCode(65 + (index % 26))}`;
}
