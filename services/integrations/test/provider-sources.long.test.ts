import { test } from '@jest/globals';
import { readHubSpot } from './hubspot-records.ts';

test('12,000 contacts of HubSpot that were changed at one moment are all read, more than a search pages through', async () => {
  await readHubSpot(12_000);
});
