import type { Socket } from 'node:net';
import { createApi } from '../../services/api.ts';
import type { Attack, Place, Round } from '../attack.ts';
import { fillContacts } from '../clients/fill-contacts.ts';
import { keepOpen } from '../clients/keep-open.ts';
import { openRequest } from '../clients/open-request.ts';
import { repeat } from '../clients/repeat.ts';

const largeRecords = 300;
const uploads = 12;
const unreadAnswers = 40;
const exports = 16;
const lists = 6;
const importedRows = 20_000;

/**
 * One organization that causes every kind of load at the same time: uploads, unread answers, exports, lists, imports
 * and test runs.
 */
export const everything: Attack = {
  organizations: 1,
  async prepare(place, [token = '']) {
    await fillContacts(place, token, largeRecords);
    const { id } = await createApi(place.base, token)('POST', '/workflows', { name: 'Loud', steps: hostileSteps() });
    const rows = Array.from({ length: importedRows }, (_, index) => `row${index}@example.com,Loud`);
    const csv = `email,last_name\n${rows.join('\n')}\n`;
    const brackets = `{"leads":[${'['.repeat(300_000)}`;
    const testRun = JSON.stringify({ sample_data: hostileData() });
    // An import is answered as soon as it has arrived. Its rows are written afterwards, so the client can send many
    // imports without waiting.
    const headers = { prefer: 'respond-async' };
    return async (round) => {
      const times = (count: number, task: () => Promise<void>) => Array.from({ length: count }, task);
      const post = (path: string, body: string, contentType = 'application/json') =>
        repeat(place, { method: 'POST', path, token, body, contentType, headers }, round);
      await Promise.all([
        ...times(uploads, () => keepOpen(round, () => uploadSlowly(place, token))),
        ...times(unreadAnswers, () => keepOpen(round, () => readNothing(place, token))),
        ...times(exports, () => repeat(place, { method: 'GET', path: '/crm/export', token }, round)),
        ...times(lists, () => listAll(place, token, round)),
        post('/crm/leads/import_csv', csv, 'text/csv'),
        post('/crm/import', brackets),
        post(`/workflows/${id}/test`, testRun),
      ]);
    };
  },
};

/** Sends a byte of a file now and then. */
function uploadSlowly(place: Place, token: string): Socket {
  const lines = ['Content-Type: text/csv', 'Content-Length: 100000'];
  const path = '/crm/leads/import_csv?dry_run=true';
  const socket = openRequest(place, { method: 'POST', path, token, lines });
  socket.write('email\n');
  const drip = setInterval(() => socket.write('a'), 1_000);
  return socket.resume().once('close', () => clearInterval(drip));
}

/** Asks for a large answer and never reads it. */
function readNothing(place: Place, token: string): Socket {
  return openRequest(place, { method: 'GET', path: '/crm/contacts?limit=150', token }).pause();
}

function listAll(place: Place, token: string, round: Round): Promise<void> {
  return repeat(place, { method: 'GET', path: `/crm/contacts?limit=${largeRecords}`, token }, round);
}

/** Makes a condition and a template that cost as much as allowed. */
function hostileSteps() {
  const value = Array.from({ length: 2_000 }, (_, index) => `${index}`);
  return [
    { type: 'trigger', name: 'Start' },
    { type: 'condition', name: 'Any', config: { conditions: [{ field: 'text', operator: 'in', value }] } },
    { type: 'log', name: 'Size', config: { message: '{{ v.size }}'.repeat(300), level: 'info' } },
  ];
}

function hostileData() {
  const v = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`k${index}`, 1]));
  return { text: '1'.repeat(100_000), v };
}
