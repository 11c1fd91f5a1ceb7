import type { Attack } from '../attack.ts';
import { fillContacts } from '../clients/fill-contacts.ts';
import { sendCounted } from '../clients/repeat.ts';

const records = 300;
const atOnce = 16;

/**
 * Repeatedly requests a small list, so that the platform expects the next lists to be small, and then requests sixteen
 * lists of 18 MB at the same time.
 */
export const lists: Attack = {
  organizations: 1,
  async prepare(place, [token = '']) {
    await fillContacts(place, token, records);
    const list = (limit: number) => ({ method: 'GET', path: `/crm/contacts?limit=${limit}`, token });
    return async (round) => {
      while (!round.signal.aborted) {
        await sendCounted(place, list(1), round);
        await Promise.all(Array.from({ length: atOnce }, () => sendCounted(place, list(records), round)));
      }
    };
  },
};
