import type { Socket } from 'node:net';
import type { Attack, Place } from '../attack.ts';
import { countAnswer } from '../clients/count-answer.ts';
import { keepOpen } from '../clients/keep-open.ts';
import { openRequest } from '../clients/open-request.ts';

const logins = 126;
const bodyBytes = 900_000;
const addresses = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];

/** Logins of 900 KB from three IP addresses, without a credential. Each stops before its last byte. */
export const strangers: Attack = {
  organizations: 0,
  async prepare(place) {
    const body = JSON.stringify({ username: 'x'.repeat(bodyBytes), password: 'x' });
    return async (round) => {
      const all = Array.from({ length: logins }, (_, index) =>
        keepOpen(round, () => loginSlowly(place, body, index, round.count)),
      );
      await Promise.all(all);
    };
  },
};

/** Sends a login slowly. Every second login does not announce its length, so only its bytes can cause a refusal. */
function loginSlowly(place: Place, body: string, index: number, count: (what: string) => void): Socket {
  const isAnnounced = Math.floor(index / addresses.length) % 2 === 0;
  const length = isAnnounced ? `Content-Length: ${body.length}` : 'Transfer-Encoding: chunked';
  const socket = openRequest(place, {
    method: 'POST',
    path: '/auth/login',
    lines: ['Content-Type: application/json', length],
    from: addresses[index % addresses.length] ?? '',
  });
  const sent = body.slice(0, -1);
  socket.write(isAnnounced ? sent : `${sent.length.toString(16)}\r\n${sent}\r\n`);
  countAnswer(socket, count);
  return socket;
}
