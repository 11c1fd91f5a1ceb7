/**
 * Creates a function that makes the ids of one page's headings. An id consists of the words of its heading, and a
 * number if the words were used before.
 */
export function createSlugs(): (text: string) => string {
  const used = new Map<string, number>();
  return (text) => {
    const slug =
      text
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_.-]/gu, '')
        .trim()
        .replaceAll(/\s+/g, '-')
        .replace(/\.+$/, '') || 'section';
    const count = used.get(slug) ?? 0;
    used.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count + 1}`;
  };
}
