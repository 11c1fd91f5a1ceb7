import { expect, test } from '@jest/globals';
import { conditionOf, literal } from './soql.ts';

const seed = Math.floor(Math.random() * 2 ** 31);

/** Yields random strings that mix special and ordinary characters. */
function* hostileTexts(count: number): Generator<string> {
  const alphabet = [
    "'",
    '\\',
    '"',
    '\n',
    '\r',
    '\t',
    '\b',
    '\f',
    ')',
    '%',
    '_',
    ' OR ',
    '--',
    'a',
    'ä',
    '\u0000',
    '\u2028',
  ];
  let state = seed;
  for (let index = 0; index < count; index++) {
    let text = '';
    for (let length = index % 8; length >= 0; length--) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      text += alphabet[(state >>> 8) % alphabet.length];
    }
    yield text;
  }
}

test('no text ends its literal, and each is read back as it was', () => {
  const letters: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
  for (const text of hostileTexts(2000)) {
    const written = literal(text);
    expect({ seed, text, isOne: /^'(?:\\.|[^'\\])*'$/s.test(written) }).toEqual({ seed, text, isOne: true });
    const read = written.slice(1, -1).replace(/\\(.)/gs, (_, letter: string) => letters[letter] ?? letter);
    expect({ seed, read }).toEqual({ seed, read: text });
  }
});

test.each([
  [{ field: 'Email', operator: 'equals', value: "o'neil@example.com" }, "Email = 'o\\'neil@example.com'"],
  [{ field: 'Score__c', operator: 'greater_than', value: '50', type: 'number' }, 'Score__c > 50'],
  [
    { field: 'Score__c', operator: 'greater_than', value: '50 OR Id != null', type: 'number' },
    "Score__c > '50 OR Id != null'",
  ],
  [
    { field: 'CreatedDate', operator: 'less_than', value: '2026-12-01T00:00:00Z' },
    'CreatedDate < 2026-12-01T00:00:00Z',
  ],
  [{ field: 'Name', operator: 'equals', value: '2026-12-01' }, "Name = '2026-12-01'"],
  [{ field: 'CloseDate', operator: 'equals', value: '2026-12-01', type: 'date' }, 'CloseDate = 2026-12-01'],
  [{ field: 'IsWon', operator: 'equals', value: true }, 'IsWon = true'],
  [{ field: 'Status', operator: 'in', value: ['New', "O'k"] }, "Status IN ('New', 'O\\'k')"],
  [{ field: 'Status', operator: 'not_in', value: 'New' }, "Status NOT IN ('New')"],
  [{ field: 'Name', operator: 'contains', value: '50%_a' }, "Name LIKE '%50\\%\\_a%'"],
  [{ field: 'Email', operator: 'is_not_set' }, 'Email = null'],
] as const)('%j is %s', (filter, condition) => {
  expect(conditionOf(filter as unknown as Parameters<typeof conditionOf>[0])).toBe(condition);
});
