import { once } from 'node:events';
import { Auth } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { publicServices } from '@drippulse/proto/public-services';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { routesOf } from '../src/transcoder/routes.ts';
import { openSocket } from './probe/raw-http.ts';
import { type Gateway, startGateway } from './start-gateway.ts';

/** Every route that accepts a body without a credential, from the descriptors, with its limit. */
const routes = publicServices
  .flatMap(routesOf)
  .filter(({ rest, hasBody }) => rest.auth === Auth.NONE && hasBody)
  .map(({ httpMethod, template, rest }) => ({
    line: `${httpMethod} ${template.replaceAll(/\{\w+\}/g, '1')} HTTP/1.1`,
    bound: Number(rest.maxBodyBytes),
  }));

let gateway: Gateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

/** Sends these bytes and returns the status of the response, whether or not more bytes were announced. */
async function statusOf(line: string, rest: string): Promise<number> {
  const head = `${line}\r\nHost: x\r\nContent-Type: application/json\r\n`;
  const socket = await openSocket({ port: Number(new URL(gateway.url).port) }, head + rest);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return Number(/^HTTP\/1.1 (\d+) /.exec(String(answer))?.[1]);
}

/** Returns a body that announces no length. */
const chunked = (bytes: number, end: string) =>
  `Transfer-Encoding: chunked\r\n\r\n${bytes.toString(16)}\r\n${' '.repeat(bytes)}${end}`;

test.each(routes)('$line takes $bound bytes of a stranger, and refuses one more before it is there', async (route) => {
  const { line, bound } = route;
  expect(bound).toBeGreaterThan(0);
  expect(await statusOf(line, `Content-Length: ${bound + 1}\r\n\r\n`)).toBe(413);
  expect(await statusOf(line, chunked(bound + 1, ''))).toBe(413);
  expect(await statusOf(line, chunked(bound, '\r\n0\r\n\r\n'))).not.toBe(413);
});

/** Returns characters of three bytes each. They take nine bytes in a form and six in escaped JSON. */
const longest = (length: number) => '名'.repeat(length);
const token = 'x'.repeat(43);
const login = { username: longest(255), password: longest(200), code: '123-456-789' };
const member = { token, username: longest(255), password: longest(200), name: longest(255) };
const organization = { organization_name: longest(255), email: longest(254) };

test.each([
  ['/api/v1/auth/login', login],
  ['/dashboard/session', login],
  ['/api/v1/auth/password/reset', { token, password: longest(200) }],
  ['/api/v1/invitations/accept', member],
  ['/api/v1/sign_up/confirm', member],
  ['/api/v1/sign_up', organization],
  ['/dashboard/login', login],
  ['/dashboard/login/link', login],
  ['/dashboard/invitation', member],
  ['/dashboard/sign-up/confirm', member],
  ['/dashboard/sign-up', organization],
])('%s takes the longest of each field, however it is written', async (path, fields) => {
  const escaped = JSON.stringify(fields).replaceAll('名', '\\u540d');
  const form = String(new URLSearchParams(fields));
  const isPage = path.startsWith('/dashboard/') && path !== '/dashboard/session';
  const headers = { 'content-type': isPage ? 'application/x-www-form-urlencoded' : 'application/json' };
  const answer = await gateway.as(null)('POST', path, isPage ? form : escaped, headers);
  expect([413, 415]).not.toContain(answer.status);
});
