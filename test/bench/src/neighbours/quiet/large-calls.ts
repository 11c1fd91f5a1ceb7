import { createApi } from '../../services/api.ts';
import type { Work } from './work.ts';

const contacts = 25;
const noteLength = 60_000;

/** Calls of 1.5 MB. They exceed 1 MiB, the share of the memory for bodies that is guaranteed to every organization. */
export const largeCalls: Work = {
  kind: 'large_calls',
  everyMs: 1_000,
  async prepare(base, token) {
    const api = createApi(base, token);
    const steps = [{ type: 'log', message: 'Hello' }];
    const { id } = await api('POST', '/workflows', { name: 'Quiet', status: 'active', steps });
    const note = 'x'.repeat(noteLength);
    const body = JSON.stringify({ contacts: Array.from({ length: contacts }, () => ({ note })) });
    return () => api('POST', `/workflows/${id}/enrollments/bulk`, body);
  },
};
