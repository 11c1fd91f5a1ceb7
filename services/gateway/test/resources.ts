import type { MakeResources } from '@drippulse/testing';

export const makeResources: MakeResources = async (post, mark) => {
  const project = await post('/projects', { name: mark });
  const member = await post('/team_members', { email: `${mark}@example.com`, role: 'viewer' });
  const key = await post('/api_keys', { name: mark });
  return { projects: project.id, team_members: member.id, api_keys: key.id };
};
