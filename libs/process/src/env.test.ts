import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { ConfigError, readEnv, textFor } from './env.ts';

const schema = z.object({
  URL: z.url(),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  LEVEL: z.enum(['info', 'warn']).optional(),
});

test('variables are parsed, and empty ones count as absent', () => {
  expect(readEnv(schema, { URL: 'http://x', PORT: '', LEVEL: 'warn', OTHER: 'y' })).toEqual({
    URL: 'http://x',
    PORT: 3000,
    LEVEL: 'warn',
  });
});

test('one message lists everything that is malformed or missing', () => {
  const read = () => readEnv(schema, { PORT: '99999', LEVEL: 'loud' });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(/URL: is required\n {2}PORT: .*65535.*\n {2}LEVEL: /s);
});

test('problems that the parser of a variable finds are in the same message', () => {
  const refuse = () => {
    throw new ConfigError(['KEYS: must hold at least one key']);
  };
  const withKeys = schema.extend({ KEYS: textFor(refuse), OTHER: textFor(() => 1) });
  expect(() => readEnv(withKeys, { KEYS: 'k', OTHER: 'o' })).toThrow(
    /^The configuration is not valid:\n {2}URL: is required\n {2}KEYS: must hold at least one key$/,
  );
});
