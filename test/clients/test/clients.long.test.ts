import path from 'node:path';
import { startLayout } from '@drippulse/harness';
import { notRun } from '@drippulse/testing/not-run';
import { expect, test } from '@jest/globals';
import { sendGeneratedRequests } from '../src/generated-requests.ts';
import { findPython } from '../src/python-environment.ts';

const python = await findPython();

if ('unavailable' in python) notRun(python);
else {
  test('five minutes of generated requests find no fault of the server, and no answer that the document does not have', async () => {
    const limits = { RATE_LIMIT_PER_MINUTE: '600000', RATE_LIMIT_BURST: '10000' };
    const platform = await startLayout('start', { env: limits });
    try {
      const apiKey: string = (await platform.api.post('/api/v1/api_keys', { name: 'Generated' })).body.key;
      const asked = { baseUrl: platform.baseUrl, apiKey, seconds: 300 };
      expect(await sendGeneratedRequests(path.join(python.bin, 'st'), asked)).toEqual({ code: 0, failures: '' });
      expect((await platform.api.as(apiKey).get('/api/v1/admin/verify')).status).toBe(200);
    } finally {
      await platform.dispose();
    }
  }, 480_000);
}
