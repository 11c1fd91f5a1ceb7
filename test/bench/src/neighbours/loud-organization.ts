import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApi } from '../services/api.ts';

export type LoudOrganization = {
  /** Begins all of it at once. The function that it returns ends it, and resolves to the count of each status. */
  begin(): () => Promise<Record<string, number>>;
};

const largeRecords = 300;
const noteLength = 60_000;
const uploads = 12;
const unreadAnswers = 40;
const exports = 16;
const lists = 6;
const importedRows = 20_000;

/** An organization that does the worst of each class at once, again and again. */
export async function prepareLoudOrganization(
  { base, port }: { base: string; port: number },
  token: string,
): Promise<LoudOrganization> {
  const authorization = `Bearer ${token}`;
  const api = createApi(base, token);
  const note = 'x'.repeat(noteLength);
  for (let index = 0; index < largeRecords; index += 1) {
    await api('POST', '/crm/contacts', { email: `loud${index}@example.com`, custom: { note } });
  }
  const { id: workflowId } = await api('POST', '/workflows', { name: 'Loud', steps: hostileSteps() });

  return {
    begin() {
      const statuses: Record<string, number> = {};
      const sockets: Socket[] = [];
      const leaving = new AbortController();
      const { signal } = leaving;

      function open(head: string): Socket {
        const socket = connect(port, '127.0.0.1').on('error', () => undefined);
        sockets.push(socket);
        socket.write(`${head} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n`);
        return socket;
      }

      /** Sends a byte of a file now and then. */
      function uploadSlowly(): void {
        const socket = open('POST /api/v1/crm/leads/import_csv?dry_run=true');
        socket.write('Content-Type: text/csv\r\nContent-Length: 100000\r\n\r\nemail\n');
        const drip = setInterval(() => socket.write('a'), 1_000);
        socket.once('close', () => {
          clearInterval(drip);
          if (!signal.aborted) setTimeout(uploadSlowly, 1_000);
        });
      }

      /** Asks for a large answer and never reads it. */
      function readNothing(): void {
        const socket = open('GET /api/v1/crm/contacts?limit=150');
        socket.write('\r\n');
        socket.pause();
        socket.once('close', () => {
          if (!signal.aborted) setTimeout(readNothing, 1_000);
        });
      }

      async function repeat(method: string, path: string, body?: string, type = 'application/json'): Promise<void> {
        while (!signal.aborted) {
          const answer = await fetch(base + path, {
            method,
            signal,
            headers: { authorization, ...(body !== undefined && { 'content-type': type }), prefer: 'respond-async' },
            ...(body !== undefined && { body }),
          }).catch(() => undefined);
          const text = await answer?.arrayBuffer().catch(() => undefined);
          const name = `${path.split('?')[0]?.replaceAll(/\d+/g, 'n')} ${text === undefined ? 'ended' : answer?.status}`;
          statuses[name] = (statuses[name] ?? 0) + 1;
          // As a client that keeps to Retry-After a little.
          if (!answer?.ok) await sleep(200);
        }
      }

      for (let index = 0; index < uploads; index += 1) uploadSlowly();
      for (let index = 0; index < unreadAnswers; index += 1) readNothing();
      const rows = Array.from({ length: importedRows }, (_, index) => `row${index}@example.com,Loud`);
      const tasks = [
        ...Array.from({ length: exports }, () => repeat('GET', '/crm/export')),
        ...Array.from({ length: lists }, () => repeat('GET', `/crm/contacts?limit=${largeRecords}`)),
        repeat('POST', '/crm/leads/import_csv', `email,last_name\n${rows.join('\n')}\n`, 'text/csv'),
        repeat('POST', '/crm/import', `{"leads":[${'['.repeat(300_000)}`),
        repeat('POST', `/workflows/${workflowId}/test`, JSON.stringify({ sample_data: hostileData() })),
      ];
      return async () => {
        leaving.abort();
        for (const socket of sockets) socket.destroy();
        await Promise.all(tasks);
        return statuses;
      };
    },
  };
}

/** A condition and a template that cost as much as they may. */
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
