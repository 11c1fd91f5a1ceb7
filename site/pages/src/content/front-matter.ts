import { parse } from 'yaml';

/** Splits a Markdown page into its front matter, between lines of `---`, and the rest. */
export function splitFrontMatter(text: string): { fields: Record<string, unknown>; body: string } {
  const [, head, body] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? [];
  if (head === undefined || body === undefined) return { fields: {}, body: text };
  const fields: unknown = parse(head);
  if (typeof fields !== 'object' || fields === null) throw new Error('The front matter is not a list of fields');
  return { fields: { ...fields }, body: body.trimStart() };
}
