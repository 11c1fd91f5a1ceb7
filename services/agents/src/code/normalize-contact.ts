import type { BuiltInCode } from './code.ts';

/**
 * Normalizes a contact: email address in lower case, names without surrounding space, telephone number with digits
 * only.
 */
export const normalizeContact: BuiltInCode = {
  kind: 'built_in',
  inputSchema: JSON.stringify({ type: 'object', additionalProperties: true }),
  outputSchema: JSON.stringify({ type: 'object', additionalProperties: true }),
  run(input) {
    return Object.fromEntries(
      Object.entries(input).map(([name, value]) => [name, typeof value === 'string' ? normal(name, value) : value]),
    );
  },
};

function normal(name: string, value: string): string {
  const text = value.trim().replaceAll(/\s+/g, ' ');
  if (name === 'email') return text.toLowerCase();
  if (name !== 'phone') return text;
  const digits = text.replaceAll(/[^\d]/g, '');
  return text.startsWith('+') ? `+${digits}` : digits;
}
