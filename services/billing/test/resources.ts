import type { MakeResources } from '@drippulse/testing';

/** Makes no resources, because an organization has one subscription, which has no id. */
export const makeResources: MakeResources = async () => ({});
