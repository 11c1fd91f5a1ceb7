/** Words and conditions of Zendesk's search. Values are quoted, so that none of them becomes a condition of its own. */
export function searchQuery(conditions: Readonly<Record<string, string | undefined>>, words?: string): string {
  const parts = Object.entries(conditions).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}:${quoted(value)}`],
  );
  return [...parts, ...(words === undefined ? [] : [quoted(words)])].join(' ');
}

/** The search knows no escape of a quote within quotes; a space in its place finds the same words. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, ' ').trim()}"`;
}
