import { redact } from '@drippulse/secrets';
import { createRandom, testSeed } from '@drippulse/testing/hostile';
import { expect, test } from '@jest/globals';
import { makeBase64, makeEcho } from './echoes.ts';

const rounds = 1_000;
const random = createRandom(testSeed('echoes of secrets'));

const hidden = 'you sent [redacted].';

test('a secret is hidden however it comes back, and nothing else with it', () => {
  for (let round = 0; round < rounds; round += 1) {
    const { secret, pieces, how } = makeEcho(random);
    const echo = `you sent ${pieces.join('')}.`;
    expect({ how, secret, echo, kept: redact(echo, [secret]) }).toMatchObject({ kept: hidden });
  }
});

test('it is hidden in every string and name of JSON, which stays JSON', () => {
  for (let round = 0; round < rounds; round += 1) {
    const { secret, pieces, how } = makeEcho(random);
    const echo = `you sent ${pieces.join('')}.`;
    const json = JSON.stringify({ id: 7, list: [echo, { deep: echo, [echo]: null }], after: 'kept' }, null, round % 2);
    const kept = redact(json, [secret]);
    expect({ how, secret, json, kept: JSON.parse(kept) }).toMatchObject({
      kept: { id: 7, list: [hidden, { deep: hidden, [hidden]: null }], after: 'kept' },
    });
  }
});

test('its beginning is hidden wherever the answer was cut off, also within an escape', () => {
  for (let round = 0; round < rounds; round += 1) {
    const { secret, pieces, how } = makeEcho(random);
    const whole = 6 + random.below(pieces.length - 6);
    const next = pieces[whole] ?? '';
    const beginning = pieces.slice(0, whole).join('') + next.slice(0, random.below(next.length + 1));
    expect({ how, secret, beginning, kept: redact(`you sent ${beginning}`, [secret], true) }).toMatchObject({
      kept: 'you sent [redacted]',
    });
    const json = JSON.stringify({ echo: `you sent ${beginning}` }).slice(0, -2);
    expect({ how, secret, json, kept: redact(json, [secret], true) }).toMatchObject({
      kept: '{"echo":"you sent [redacted]',
    });
  }
});

test('it is hidden in base64, which may be escaped itself', () => {
  for (let round = 0; round < rounds; round += 1) {
    const { secret } = makeEcho(random);
    const base64 = makeBase64(random, secret);
    const echo = random.pick([
      base64,
      encodeURIComponent(base64).replace(/%../g, (byte) => byte.toLowerCase()),
      base64.replaceAll('/', '\\/'),
    ]);
    const kept = redact(`you sent ${echo}.`, [secret]);
    expect(kept).toContain('[redacted]');
    // The first and the last base64 group may have characters that also encode neighboring bytes. These characters are
    // not redacted.
    expect(kept.length).toBeLessThan(hidden.length + 24);
  }
});
