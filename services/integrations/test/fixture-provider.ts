import {
  type Action,
  defineAction,
  findAction,
  findProvider,
  type Provider,
  type ProviderAnswer,
  pathOf,
  resolveProvider,
  type Verdict,
} from '@drippulse/providers';
import { z } from 'zod';
import type { Catalog } from '../src/context.ts';

/** The provider key under which the tests register the fixture. */
export const fixtureKey = 'zoom';
const fixtureHost = 'api.fixture.example';

const problem = { code: 'http', message: 'The fixture refused it' };

/** A provider that any receiver can simulate. It has one action for each value of `repeat`. */
const fixture: Provider = {
  key: fixtureKey,
  name: 'Fixture',
  description: 'Does one thing in each way.',
  hosts: { api: { originOf: () => `https://${fixtureHost}`, allowed: /^api\.fixture\.example$/ } },
  credentials: [
    { name: 'token', label: 'Token', isSecret: true, help: 'Made up.' },
    { name: 'room', label: 'Room', isSecret: false, help: 'Made up.' },
  ],
  requires: [['token']],
  sign: ({ token }) => (token === undefined ? null : { authorization: `Bearer ${token}` }),
  judge: ({ status, headers, body }): Verdict => {
    const retryAfterMs = Number(headers['retry-after'] ?? 1) * 1_000;
    if (status < 300) return { class: 'ok' };
    if (status === 429) return { class: 'rate_limited', problem, retryAfterMs };
    if (status === 503) return { class: 'temporary', problem };
    if (status === 401) return { class: 'credentials', problem };
    if (status >= 500) return { class: 'unknown', problem };
    return { class: 'permanent', problem: { ...problem, message: `It says ${JSON.stringify(body)}` } };
  },
  *test() {
    yield { host: 'api', method: 'GET', path: '/me' };
    return { account: null, checks: [] };
  },
  limits: [],
};

const input = z.strictObject({ text: z.string().describe('Text.') });
const output = z.object({ id: z.string().nullable() });
const common = {
  provider: fixtureKey,
  label: 'Fixture',
  description: 'Does it.',
  input,
  output,
  scopes: [],
  example: { text: 'Hello' },
} as const;

const idIn = ({ body }: ProviderAnswer) => ({ id: JSON.stringify(body) });

const fixtureActions: readonly Action[] = [
  defineAction({
    ...common,
    name: 'make_by_key',
    repeat: 'key',
    *perform({ text }, { key }) {
      const headers = { 'idempotency-key': key };
      return idIn(yield { host: 'api', method: 'POST', path: '/keyed', headers, body: { json: { text } } });
    },
  }),
  defineAction({
    ...common,
    name: 'put',
    repeat: 'upsert',
    *perform({ text }, { key }) {
      return idIn(yield { host: 'api', method: 'PUT', path: pathOf`/things/${key}`, body: { json: { text } } });
    },
  }),
  defineAction({
    ...common,
    name: 'look_and_make',
    repeat: 'check',
    *perform({ text }, { key, mayHaveHappened }) {
      if (mayHaveHappened) {
        const found = yield { host: 'api', method: 'GET', path: '/made', query: { key } };
        if (found.body === true) return { id: key };
      }
      return idIn(yield { host: 'api', method: 'POST', path: '/made', body: { json: { text, key } } });
    },
  }),
  defineAction({
    ...common,
    name: 'post',
    repeat: 'none',
    *perform({ text }, { key, settings }) {
      const room = settings['room'] ?? null;
      return idIn(yield { host: 'api', method: 'POST', path: '/posts', body: { json: { text, key, room } } });
    },
  }),
  defineAction({
    ...common,
    name: 'open_and_post',
    repeat: 'none',
    *perform({ text }, { key }) {
      yield { host: 'api', method: 'POST', path: '/half', body: { json: { key, text } } };
      return idIn(yield { host: 'api', method: 'POST', path: '/posts', body: { json: { text, key } } });
    },
  }),
  defineAction({
    ...common,
    name: 'look',
    repeat: 'read',
    *perform() {
      return idIn(yield { host: 'api', method: 'GET', path: '/look' });
    },
  }),
  defineAction({
    ...common,
    name: 'next_page',
    repeat: 'read',
    *perform({ text }) {
      return idIn(yield { host: 'api', method: 'GET', path: '/', url: text });
    },
  }),
];

/** Returns the platform's catalog, with one provider replaced by the fixture. */
export function fixtureCatalog(more: Partial<Provider> = {}): Catalog {
  const provider = { ...fixture, ...more };
  const isFixture = (name: string) => resolveProvider(name) === fixtureKey;
  return {
    findProvider: (name) => (isFixture(name) ? provider : findProvider(name)),
    findAction: (name, action) =>
      isFixture(name) ? fixtureActions.find((one) => one.name === action) : findAction(name, action),
  };
}
