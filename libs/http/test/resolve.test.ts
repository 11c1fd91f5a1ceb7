import { Resolver } from 'node:dns/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type NameAnswer, type NameServer, startNameServer } from '@drippulse/testing';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { createHttpClient, HttpFailure } from '../src/index.ts';
import { resolveBySearch } from '../src/resolve.ts';
import { readSearchList } from '../src/search-list.ts';

const conf = 'search platform.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n';
const receiver = 'receiver.peers.svc.cluster.local';

let answers: Record<string, NameAnswer> = {};
let names: NameServer;
beforeAll(async () => {
  names = await startNameServer((name) => answers[name] ?? 'NXDOMAIN');
});
afterEach(() => {
  names.asked.length = 0;
});
afterAll(() => names.stop());

function resolve(hostname: string, timeoutMs = 30_000): Promise<string[]> {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 1 });
  resolver.setServers([`127.0.0.1:${names.port}`]);
  return resolveBySearch(resolver, readSearchList(conf, 'machine'), hostname);
}

test('a name with fewer dots than ndots is found by the search list, after names that do not exist or have no address', async () => {
  answers = { [receiver]: ['10.0.0.7', '10.0.0.8'], 'receiver.peers.svc.platform.svc.cluster.local': [] };
  expect(await resolve('receiver.peers.svc')).toEqual(['10.0.0.7', '10.0.0.8']);
  expect(names.asked).toEqual([
    'receiver.peers.svc.platform.svc.cluster.local',
    'receiver.peers.svc.svc.cluster.local',
    receiver,
  ]);
});

test('such a name is tried as it is at last, and one with enough dots at first', async () => {
  answers = { 'hooks.example.com': ['8.8.8.8'], 'a.b.c.d.e.f': ['8.8.4.4'] };
  expect(await resolve('hooks.example.com')).toEqual(['8.8.8.8']);
  expect(names.asked).toHaveLength(4);
  names.asked.length = 0;
  expect(await resolve('a.b.c.d.e.f')).toEqual(['8.8.4.4']);
  expect(names.asked).toEqual(['a.b.c.d.e.f']);
  names.asked.length = 0;
  answers = { 'a.b.c.d.e.f.svc.cluster.local': ['10.0.0.9'] };
  expect(await resolve('a.b.c.d.e.f')).toEqual(['10.0.0.9']);
  expect(names.asked).toEqual([
    'a.b.c.d.e.f',
    'a.b.c.d.e.f.platform.svc.cluster.local',
    'a.b.c.d.e.f.svc.cluster.local',
  ]);
});

test('a name that ends with a dot is looked up as it is alone', async () => {
  answers = { [receiver]: ['10.0.0.7'] };
  await expect(resolve('receiver.peers.svc.')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  expect(names.asked).toEqual(['receiver.peers.svc']);
  expect(await resolve(`${receiver}.`)).toEqual(['10.0.0.7']);
});

test('a name that is nowhere does not exist', async () => {
  answers = {};
  await expect(resolve('nobody.peers.svc')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  expect(names.asked).toHaveLength(4);
});

test('a name that becomes too long, or whose server failed, is passed over, and leaves the name unknown', async () => {
  const long = `${'a'.repeat(60)}.`.repeat(4).slice(0, -1);
  answers = { [long]: ['8.8.8.8'], 'hooks.example.com.platform.svc.cluster.local': 'SERVFAIL' };
  expect(await resolve(long)).toEqual(['8.8.8.8']);
  await expect(resolve('hooks.example.com')).rejects.toMatchObject({ code: 'ESERVFAIL' });
  answers = { ...answers, 'hooks.example.com': ['8.8.8.8'] };
  expect(await resolve('hooks.example.com')).toEqual(['8.8.8.8']);
});

test('a name server that is silent ends the search', async () => {
  answers = { 'hooks.example.com.platform.svc.cluster.local': 'silence', 'hooks.example.com': ['8.8.8.8'] };
  await expect(resolve('hooks.example.com', 100)).rejects.toMatchObject({ code: 'ETIMEOUT' });
  expect(new Set(names.asked)).toEqual(new Set(['hooks.example.com.platform.svc.cluster.local']));
});

test('the address of a longer name is judged as that of the name itself', async () => {
  const server = createServer((_request, response) => response.end('ok'));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  answers = { [receiver]: ['127.0.0.1'], 'receiver.peers.svc': ['8.8.8.8'] };
  const request = { method: 'GET', totalTimeoutMs: 60_000, url: `http://receiver.peers.svc:${port}/` };
  const ask = async (allowPrivate: boolean, url = request.url) => {
    const http = createHttpClient({ allowPrivate, userAgent: 'DripPulse-Test/1', resolve: (name) => resolve(name) });
    const answer = await http.request({ ...request, url }).catch((error: unknown) => error);
    await http.close();
    return answer;
  };
  expect(await ask(true)).toMatchObject({ text: 'ok' });
  const refused = await ask(false, request.url.replace('http:', 'https:'));
  expect(refused).toBeInstanceOf(HttpFailure);
  expect(refused).toMatchObject({ code: 'address_not_allowed' });
  await new Promise((closed) => server.close(closed));
});
