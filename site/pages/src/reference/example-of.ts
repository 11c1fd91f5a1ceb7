import { type OpenApi, type Schema, wholeSchema } from './openapi.ts';

/** Returns a value that fits a schema: the schema's own example, if it has one. */
export function exampleOf(document: OpenApi, schema: Schema | undefined, depth = 0): unknown {
  if (schema === undefined || depth > 6) return null;
  const whole = wholeSchema(document, schema);
  if (whole.example !== undefined) return whole.example;
  if (whole.examples?.[0] !== undefined) return whole.examples[0];
  if (whole.const !== undefined) return whole.const;
  if (whole.default !== undefined && whole.default !== null) return whole.default;
  if (whole.enum?.[0] !== undefined) return whole.enum[0];
  const [choice] = whole.oneOf ?? whole.anyOf ?? whole.allOf ?? [];
  if (choice !== undefined) return exampleOf(document, choice, depth + 1);
  const type = Array.isArray(whole.type) ? whole.type[0] : whole.type;
  if (type === 'array') return [exampleOf(document, whole.items, depth + 1)];
  if (type === 'object' || whole.properties !== undefined) {
    const entries = Object.entries(whole.properties ?? {});
    return Object.fromEntries(entries.map(([name, member]) => [name, exampleOf(document, member, depth + 1)]));
  }
  if (type === 'integer' || type === 'number') return Math.max(whole.minimum ?? 1, 1);
  if (type === 'boolean') return true;
  return textOfFormat(whole.format);
}

function textOfFormat(format: string | undefined): string {
  if (format === 'uuid') return '019abade-4a00-7000-8000-000000000001';
  if (format === 'date-time') return '2026-04-02T12:00:00Z';
  if (format === 'date') return '2026-04-02';
  if (format === 'email') return 'ada@example.com';
  if (format === 'uri') return 'https://example.com';
  return 'text';
}
