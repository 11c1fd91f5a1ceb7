import type { Attack } from '../attack.ts';
import { fillContacts } from '../clients/fill-contacts.ts';
import { sendCounted } from '../clients/repeat.ts';

const records = 300;
const atOnce = 16;

/** A small list, after which the next lists count as small, and then sixteen concurrent lists of 18 MB, repeatedly. */
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
