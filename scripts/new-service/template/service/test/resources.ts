import type { MakeResources } from '@drippulse/testing';

export const makeResources: MakeResources = async (post, mark) => {
  const item = await post('/__schema___items', { name: mark });
  return { __schema___items: item.id };
};
