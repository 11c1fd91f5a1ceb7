import { expect, test } from '@jest/globals';
import { applyTransform, transformSchema, ValueRefusal } from './transforms.ts';

const apply = (transform: object, text: string, to = 'title') =>
  applyTransform(transformSchema.parse(transform), text, to);

test.each([
  [{ type: 'trim' }, ' a ', 'a'],
  [{ type: 'lower' }, 'ÄB', 'äb'],
  [{ type: 'upper' }, 'äb', 'ÄB'],
  [{ type: 'number' }, '$1,234.50', 1234.5],
  [{ type: 'number', locale: 'de' }, '1.234,5 €', 1234.5],
  [{ type: 'number', locale: 'fr' }, '1 234,5', 1234.5],
  [{ type: 'number' }, '-7', -7],
  [{ type: 'date' }, '2026-11-27', '2026-11-27'],
  [{ type: 'date' }, '2026-11-27T10:00:00+02:00', '2026-11-27T08:00:00.000Z'],
  [{ type: 'date', format: 'DD/MM/YYYY' }, '3/4/2026', '2026-04-03'],
  [{ type: 'date', format: 'MM/DD/YYYY' }, '3/4/2026', '2026-03-04'],
  [{ type: 'date', format: 'DD.MM.YYYY HH:mm', zone: 'Europe/Berlin' }, '01.07.2026 12:30', '2026-07-01T10:30:00.000Z'],
  [{ type: 'date', format: 'DD.MM.YYYY HH:mm', zone: 'Europe/Berlin' }, '01.12.2026 12:30', '2026-12-01T11:30:00.000Z'],
  [{ type: 'boolean' }, 'Ja', true],
  [{ type: 'boolean', false: ['nope'] }, 'nope', false],
  [{ type: 'map', values: { A: 'Gold' } }, 'A', 'Gold'],
  [{ type: 'map', values: { A: 'Gold' }, otherwise: 'keep' }, 'B', 'B'],
  [{ type: 'split_name' }, 'Ada King Lovelace', 'Ada King'],
  [{ type: 'split_name', part: 'last' }, 'Lovelace, Ada', 'Lovelace'],
  [{ type: 'first_of', columns: ['a'] }, ' x', 'x'],
])('%j makes of %j %j', (transform, text, expected) => {
  expect(apply(transform, text)).toBe(expected);
});

test.each([
  [{ type: 'number' }, '1,5'],
  [{ type: 'number', locale: 'de' }, '1.5'],
  [{ type: 'number' }, '12 apples'],
  [{ type: 'date' }, '03/04/2026'],
  [{ type: 'date', format: 'DD/MM/YYYY' }, '31/02/2026'],
  [{ type: 'boolean' }, 'perhaps'],
  [{ type: 'map', values: { A: 'Gold' } }, 'constructor'],
])('%j refuses %j, and guesses nothing', (transform, text) => {
  expect(() => apply(transform, text)).toThrow(ValueRefusal);
});

test('the last name is for the member of that name', () => {
  expect(apply({ type: 'split_name' }, 'Ada Lovelace', 'last_name')).toBe('Lovelace');
  expect(apply({ type: 'split_name' }, 'Ada', 'last_name')).toBe('');
});
