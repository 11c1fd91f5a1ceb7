import { setTimeout as sleep } from 'node:timers/promises';
import type { Attack, Place, Round } from '../attack.ts';
import { countAnswer } from '../clients/count-answer.ts';
import { openRequest } from '../clients/open-request.ts';

/** Number of simultaneous uploads: one more than an organization may have. */
const uploads = 5;
const leaveAfterMs = 50;

const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="leads.csv"\r\n\r\n';
/** Beginnings of an upload that breaks off. Each ends in a different part of the parser. */
const cutAt = [
  '',
  '--b\r\nContent-Dispo',
  head,
  `${head}email,last`,
  `${head}email\n${'lead@example.com\n'.repeat(20_000)}`,
];

/** Uploads of forms that break off, five at the same time, repeatedly. */
export const brokenUploads: Attack = {
  organizations: 1,
  async prepare(place, [token = '']) {
    return async (round) =>
      void (await Promise.all(Array.from({ length: uploads }, (_, index) => breakOff(place, token, index, round))));
  },
};

async function breakOff(place: Place, token: string, index: number, { signal, count }: Round): Promise<void> {
  for (let turn = index; !signal.aborted; turn += 1) {
    const lines = ['Content-Type: multipart/form-data; boundary=b', 'Content-Length: 10000000'];
    const path = '/crm/leads/import_csv?dry_run=true';
    const socket = openRequest(place, { method: 'POST', path, token, lines });
    countAnswer(socket, count);
    socket.write(cutAt[turn % cutAt.length] ?? '');
    await sleep(leaveAfterMs);
    socket.destroy();
    count('left');
  }
}
