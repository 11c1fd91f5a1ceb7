import type { Socket } from 'node:net';
import { eventually } from '@drippulse/testing';
import { afterEach, expect, jest, test } from '@jest/globals';
import { holdLooks } from './probe/hold-looks.ts';
import { openSocket } from './probe/raw-http.ts';
import { send } from './probe/send.ts';
import { type Probe, startProbe } from './probe/start-probe.ts';

/** Size of the largest body that needs no credential. */
const reportBytes = 4 << 20;
const report = 'x'.repeat(reportBytes);

/** Sends a body from a network, without its last byte. */
async function stall(probe: Probe, network: string): Promise<Socket> {
  const head =
    `POST /webhooks/nurture/bounce HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${network}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${reportBytes}\r\n\r\n`;
  const socket = await openSocket(probe, head);
  socket.on('error', () => undefined); // some sockets are refused and then fail
  socket.write(report.slice(1));
  return socket;
}

/** More bytes than the kernel buffers can contain. */
const largeBytes = 20 << 20;

afterEach(() => void jest.useRealTimers());

test('a stranger who takes nothing of an answer takes no room from an organization', async () => {
  // No client is disconnected: the organization gets its response while the stranger waits.
  holdLooks();
  const unreadBytes = { ofEach: largeBytes, ofAll: largeBytes + (1 << 20) };
  await using probe = await startProbe('in memory', { page: 'x'.repeat(largeBytes), holdings: { unreadBytes } });
  const socket = await openSocket(probe, 'GET /probe/redirect HTTP/1.1\r\nHost: x\r\n\r\n');
  await using closing = new AsyncDisposableStack();
  closing.defer(() => void socket.destroy());
  await eventually(() => expect(socket.readableLength).toBeGreaterThan(0));
  const { status, text } = await send(probe, 'GET', `/api/v1/probe/items?tags=large&count=${largeBytes}`);
  expect([status, text.length > largeBytes]).toEqual([200, true]);
});

test('strangers fill a pool of their own, and every organization has its room', async () => {
  await using probe = await startProbe('in memory', { trustedProxies: ['127.0.0.1'] });
  const sockets: Socket[] = [];
  await using closing = new AsyncDisposableStack();
  closing.defer(() => sockets.forEach((socket) => void socket.destroy()));
  const stranger = (raw: string) =>
    send(probe, 'POST', '/webhooks/nurture/bounce', { role: '', raw, headers: { 'x-forwarded-for': '192.0.2.1' } });
  await eventually(async () => {
    sockets.push(await stall(probe, `198.51.100.${sockets.length}`));
    const refused = await stranger(report.slice(0, 2 << 20));
    expect(refused).toMatchObject({ status: 503, json: { error: 'busy' } });
  });
  // The body has the size of a login.
  expect(await stranger(report.slice(0, 4 << 10))).toMatchObject({ status: 200 });
  const contacts = [{ email: 'a@example.com', note: 'x'.repeat(2 << 20) }];
  for (let organization = 1; organization <= 5; organization += 1) {
    const role = `editor@${organization}`;
    const answer = await send(probe, 'POST', '/api/v1/workflows/1/enrollments/bulk', { role, body: { contacts } });
    expect(answer).toMatchObject({ status: 201 });
  }
});
