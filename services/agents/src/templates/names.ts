import type { Violation } from '@drippulse/errors';

/** The text members of a template that are not versioned. */
export type TemplateNames = { name: string; key: string; description: string | null; category: string | null };

export function nameProblems({ name, key, description, category }: TemplateNames): Violation[] {
  return [
    ...lengthProblem('name', name, 1, 255),
    ...(/^[a-z0-9_]{1,64}$/.test(key)
      ? []
      : [{ field: 'key', message: 'must have 1 to 64 of a-z, 0-9 and _', code: 'format' as const }]),
    ...(description === null ? [] : lengthProblem('description', description, 0, 2_000)),
    ...(category === null ? [] : lengthProblem('category', category, 1, 64)),
  ];
}

/** Makes a template's key, such as `partner_leads`, from its name. */
export function keyOf(name: string): string {
  const key = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 64);
  return key === '' ? 'template' : key;
}

export function lengthProblem(field: string, text: string, from: number, to: number): Violation[] {
  const { length } = from === 0 ? text : text.trim();
  if (length >= from && text.length <= to) return [];
  return [{ field, message: `must have ${from === 0 ? 'at most' : `${from} to`} ${to} characters`, code: 'length' }];
}
