import { expect, test } from '@jest/globals';
import { receiversOf } from '../reading/receivers.ts';
import { mailAddress } from './fields.ts';

const isTaken = (text: string) => mailAddress('Somebody.').safeParse(text).success;

test.each(['"ada"@example.com', 'ada@(x)example.com', 'ada(x)@example.com', 'x:ada@example.com', 'ada@[192.0.2.1]'])(
  '%s is another spelling of an address, by which a permit would be asked for somebody else or for nobody',
  (text) => {
    expect(isTaken(text)).toBe(false);
  },
);

test('every text that a field for addresses takes is the address of a receiver', () => {
  const letters = ['a', 'é', '.', '+', '"', '(', ')', ':', '\\', '[', ']', '<', '>', ',', ';', ' ', "'", '%'];
  const parts = letters.flatMap((one) => [one, `a${one}`, `${one}a`, `a${one}a`]);
  for (const text of parts.flatMap((part) => [`${part}@example.com`, `ada@${part}`])) {
    if (isTaken(text)) expect(receiversOf({ to: text })).toEqual([text.toLowerCase()]);
  }
});
