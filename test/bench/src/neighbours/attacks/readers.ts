import type { Socket } from 'node:net';
import type { Attack, Place } from '../attack.ts';
import { statusOf } from '../clients/count-answer.ts';
import { fillContacts } from '../clients/fill-contacts.ts';
import { keepOpen } from '../clients/keep-open.ts';
import { openRequest } from '../clients/open-request.ts';

/** Number of records in 30 MB. Three organizations with such answers take most of the memory for unread answers. */
const records = 500;
const organizations = 3;
/** Number of clients of each organization. A client that is disconnected makes room for the next. */
const clients = 4;
const takenBytes = 64 * 1024;

/** Clients of three organizations that ask for 30 MB and read only 64 KB per second. */
export const readers: Attack = {
  organizations,
  async prepare(place, tokens) {
    for (const token of tokens) await fillContacts(place, token, records);
    const all = tokens.flatMap((token) => Array.from({ length: clients }, () => token));
    return async (round) =>
      void (await Promise.all(all.map((token) => keepOpen(round, () => readSlowly(place, token, round.count)))));
  },
};

function readSlowly(place: Place, token: string, count: (what: string) => void): Socket {
  const socket = openRequest(place, { method: 'GET', path: `/crm/contacts?limit=${records}`, token });
  let isBegun = false;
  const take = setInterval(() => {
    for (let taken = 0; taken < takenBytes; ) {
      const chunk: Buffer | null = socket.read(); // the socket has no encoding, so it returns buffers
      if (chunk === null) return;
      taken += chunk.length;
      if (!isBegun) count(`answered ${statusOf(chunk)}`);
      isBegun = true;
    }
  }, 1_000);
  // The listener pauses the connection, so that it reads ahead only until its buffer is full.
  socket.on('readable', () => undefined);
  return socket.once('close', () => clearInterval(take));
}
