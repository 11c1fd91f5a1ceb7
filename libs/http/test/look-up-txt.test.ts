import { Resolver } from 'node:dns/promises';
import { type NameAnswer, type NameServer, startNameServer } from '@drippulse/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { askForTxt } from '../src/look-up-txt.ts';

let answers: Record<string, NameAnswer> = {};
let names: NameServer;
beforeAll(async () => {
  names = await startNameServer((name) => answers[name] ?? 'NXDOMAIN');
});
afterAll(() => names.stop());

function lookUp(name: string): Promise<string[] | undefined> {
  const resolver = new Resolver({ timeout: 100, tries: 1 });
  resolver.setServers([`127.0.0.1:${names.port}`]);
  return askForTxt(resolver, name);
}

test('a record of several pieces is one text, and a name may have several records', async () => {
  const key = `v=DKIM1; k=rsa; p=${'A'.repeat(390)}`;
  answers = { 'one._domainkey.example.com': { txt: [[key.slice(0, 255), key.slice(255)], ['v=spf1 -all'], ['', '']] } };
  expect(await lookUp('one._domainkey.example.com')).toEqual([key, 'v=spf1 -all', '']);
  expect(await lookUp('ONE._domainkey.Example.com')).toHaveLength(3);
});

test('a name that does not exist, or has no such record, has no texts', async () => {
  answers = { 'bare.example.com': { txt: [] }, 'address.example.com': ['192.0.2.1'] };
  for (const name of ['bare.example.com', 'address.example.com', 'nobody.example.com']) {
    expect([name, await lookUp(name)]).toEqual([name, []]);
  }
});

test('name servers that fail, or do not answer, say nothing about the records', async () => {
  answers = { 'failing.example.com': 'SERVFAIL', 'silent.example.com': 'silence' };
  for (const name of Object.keys(answers)) expect([name, await lookUp(name)]).toEqual([name, undefined]);
  // A name that cannot be queried also yields undefined.
  expect(await lookUp(`${'x'.repeat(64)}.example.com`)).toBeUndefined();
});
