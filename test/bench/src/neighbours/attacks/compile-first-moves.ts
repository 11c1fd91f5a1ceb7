import { createApi } from '../../services/api.ts';
import type { Attack } from '../attack.ts';
import { sendCounted } from '../clients/repeat.ts';
import { largeSteps } from './large-steps.ts';

const workflows = 40;

/**
 * Contacts that are enrolled in large workflows in turn. Together these workflows exceed an organization's limit of
 * compiled bytes.
 */
export const compileFirstMoves: Attack = {
  organizations: 1,
  async prepare(place, [token = '']) {
    const api = createApi(place.base, token);
    const ids: number[] = [];
    for (let index = 0; index < workflows; index += 1) {
      const steps = largeSteps(`${index}`, 140, '{{ email | append: "!" }}');
      ids.push((await api('POST', '/workflows', { name: `Large ${index}`, status: 'active', steps })).id);
    }
    let contacts = 0;
    return async (round) => {
      while (!round.signal.aborted) {
        for (const id of ids) {
          if (round.signal.aborted) return;
          contacts += 1;
          const body = JSON.stringify({ contacts: [{ email: `contact${contacts}@example.com` }] });
          const path = `/workflows/${id}/enrollments/bulk`;
          await sendCounted(place, { method: 'POST', path, token, body }, round);
        }
      }
    };
  },
};
