import type { Api, RunningPlatform } from '@drippulse/harness';
import { expect } from '@jest/globals';
import { sendTogether } from './send-together.ts';
import { type PatchedRow, revisionOf } from './shown-rows.ts';

/**
 * Repeatedly lets two writers read the same row and write it at the same time. Exactly one must succeed. The other must
 * get 412 with the row and the tag that the first one wrote.
 */
export async function raceWriters(
  platform: Pick<RunningPlatform, 'baseUrl'>,
  { api, token }: { api: Api; token: string },
  { path, member, valueAt }: { path: string } & Pick<PatchedRow, 'member' | 'valueAt'>,
  rounds: number,
): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    const tag = (await api.get(path)).headers.get('etag') ?? '';
    const values = [valueAt(2 * round), valueAt(2 * round + 1)];
    const requests = values.map((value) => ({
      method: 'PATCH',
      path,
      body: { [member]: value },
      headers: { 'if-match': tag },
    }));
    const answers = await sendTogether(platform.baseUrl, token, requests);
    expect([path, round, ...answers.map(({ status }) => status).sort()]).toEqual([path, round, 200, 412]);
    const place = answers.findIndex(({ status }) => status === 200);
    const [winner, loser] = [answers[place], answers[1 - place]];
    const now = await api.get(path);
    expect([now.body[member], winner?.body[member], loser?.body.current[member]]).toEqual(Array(3).fill(values[place]));
    expect(loser?.body).toMatchObject({ error: 'precondition_failed', status: 412 });
    const revisions = [winner, loser, now].map((answer) => revisionOf(answer?.headers.get('etag') ?? null));
    expect(revisions).toEqual(Array(3).fill(String(Number(revisionOf(tag)) + 1)));
  }
}
