/** Builds a query of Zendesk's search. Values are quoted, so that they cannot become conditions. */
export function searchQuery(conditions: Readonly<Record<string, string | undefined>>, words?: string): string {
  const parts = Object.entries(conditions).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}:${quoted(value)}`],
  );
  return [...parts, ...(words === undefined ? [] : [quoted(words)])].join(' ');
}

/** Quotes a text. The search has no escape for a quote within quotes, but a space instead finds the same words. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, ' ').trim()}"`;
}
