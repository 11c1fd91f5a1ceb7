/** Builds a query for Zendesk's search. Values are quoted, so that they cannot become conditions. */
export function searchQuery(conditions: Readonly<Record<string, string | undefined>>, words?: string): string {
  const parts = Object.entries(conditions).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}:${quoted(value)}`],
  );
  return [...parts, ...(words === undefined ? [] : [quoted(words)])].join(' ');
}

/**
 * Quotes a string. The search has no escape for quotes, so each quote is replaced by a space. The search still finds
 * the words.
 */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, ' ').trim()}"`;
}
