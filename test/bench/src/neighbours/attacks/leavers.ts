import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack, Place, Round } from '../attack.ts';
import { countAnswer } from '../clients/count-answer.ts';
import { fillContacts } from '../clients/fill-contacts.ts';
import { openRequest } from '../clients/open-request.ts';

const records = 300;
/** Number of clients. In total they leave 100 times a second, which is the rate limit of a session. */
const clients = 6;
const leaveAfterMs = 60;

/** Clients that repeatedly ask for a list of 18 MB and leave. */
export const leavers: Attack = {
  organizations: 1,
  async prepare(place, [token = '']) {
    await fillContacts(place, token, records);
    return async (round) =>
      void (await Promise.all(Array.from({ length: clients }, () => askAndLeave(place, token, round))));
  },
};

async function askAndLeave(place: Place, token: string, { signal, count }: Round): Promise<void> {
  while (!signal.aborted) {
    const socket = openRequest(place, { method: 'GET', path: `/crm/contacts?limit=${records}`, token });
    countAnswer(socket, count);
    await sleep(leaveAfterMs);
    socket.destroy();
    count('left');
  }
}
