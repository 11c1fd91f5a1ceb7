import type { MakeResources } from '@drippulse/testing';

/** An organization has one subscription, which has no id. */
export const makeResources: MakeResources = async () => ({});
