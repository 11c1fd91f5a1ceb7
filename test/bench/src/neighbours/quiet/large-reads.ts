import { createApi } from '../../services/api.ts';
import { fillContacts } from '../clients/fill-contacts.ts';
import type { Work } from './work.ts';

const records = 30;

/** Answers of 1.8 MB. They exceed 1 MiB, the memory for unread answers that is guaranteed to every organization. */
export const largeReads: Work = {
  kind: 'large_reads',
  everyMs: 500,
  async prepare(base, token) {
    await fillContacts({ base }, token, records);
    const api = createApi(base, token);
    return () => api('GET', `/crm/contacts?limit=${records}`);
  },
};
