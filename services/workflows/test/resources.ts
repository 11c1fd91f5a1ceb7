import type { MakeResources } from '@drippulse/testing';

export const makeResources: MakeResources = async (post, mark, { projects }) => {
  const steps = [{ type: 'wait', duration: 1, unit: 'weeks' }];
  const workflow = await post('/workflows', { name: mark, project_id: projects, steps });
  return { workflows: workflow.id, versions: workflow.version, steps: workflow.steps[0].id };
};
