import { type Layout, type RunningPlatform, startLayout } from '@drippulse/harness';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { crm } from './crm.ts';
import { mainJob } from './main-job.ts';
import { reports } from './reports.ts';

/**
 * Tests the promises of the platform in a layout. All tests share one platform, because starting a platform takes
 * longer than a test.
 */
export function describeLayout(layout: Layout): void {
  describe(`as npm run ${layout} lays it out`, () => {
    let platform: RunningPlatform;
    beforeAll(async () => {
      platform = await startLayout(layout);
    });
    afterAll(() => platform?.dispose());

    describe('the CRM', () => crm(() => platform));
    describe('reports', () => reports(() => platform));
    describe('the main job', () => mainJob(layout, () => platform));
  });
}
