import { expect, test } from '@jest/globals';
import { peopleIn } from './people.ts';

test('a text that ends within a surrogate pair is stored as one that PostgreSQL takes', () => {
  expect(peopleIn({ email: 'Ada@acme.example', about: { lead_id: 'lead \ud83d' } })).toEqual([
    'ada@acme.example',
    'lead \ufffd',
  ]);
});
