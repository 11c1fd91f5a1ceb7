import type { MakeResources } from '@drippulse/testing';

export const makeResources: MakeResources = async (post, mark, _made, get) => {
  const template = await post('/agent_templates', {
    name: mark,
    kind: 'scorer',
    default_configuration: {
      factors: [{ name: 'known', weight: 1, conditions: [{ field: 'email', operator: 'exists' }] }],
    },
  });
  const agent = await post('/agents/spawn', { name: mark, type: 'template', template_id: template.id });
  let execution = { id: 0 };
  for (const n of [1, 2, 3]) execution = await post(`/agents/${agent.id}/execute`, { input: { n, mark } });
  // Creates the leads that a scorer learns from, unless they exist. An agent has one active training at a time, so each
  // training is cancelled before the next one is started.
  const leads = Array.from({ length: 80 }, (_, n) => ({
    ...{ email: `${mark}-${n}@example.com`, status: n % 2 === 0 ? 'converted' : 'unqualified' },
  }));
  const { total_count: known } = await get('/crm/leads?status=unqualified&limit=1');
  if (known < leads.length / 2) await post('/crm/import', { leads });
  let training = await post(`/agents/${agent.id}/train`, {});
  for (let more = 0; more < 2; more += 1) {
    await post(`/agents/${agent.id}/trainings/${training.id}/cancel`, {});
    training = await post(`/agents/${agent.id}/train`, {});
  }
  let evalSet = { id: 0 };
  for (let n = 0; n < 3; n += 1) evalSet = await post('/eval_sets', { agent_id: agent.id, name: mark });
  const evalCase = await post(`/eval_sets/${evalSet.id}/cases`, { execution_id: execution.id });
  for (let n = 0; n < 2; n += 1) {
    const checks = [{ path: 'qualified', equals: false }];
    await post(`/eval_sets/${evalSet.id}/cases`, { input: { n, mark }, checks });
  }
  let evalRun = await post(`/eval_sets/${evalSet.id}/runs`, { template_version: 1 });
  for (let more = 0; more < 2; more += 1) {
    await post(`/eval_sets/${evalSet.id}/runs/${evalRun.id}/cancel`, {});
    evalRun = await post(`/eval_sets/${evalSet.id}/runs`, { template_version: 1 });
  }
  // An organization has one model connection.
  await get('/account/model_connection').catch(() =>
    post('/account/model_connection', { base_url: 'https://models.example.com/v1', api_key: mark, model: mark }),
  );
  return {
    agent_templates: template.id,
    agents: agent.id,
    executions: execution.id,
    reasoning: agent.id,
    trainings: training.id,
    // Version 0 stands for the rules of the configuration, which every scorer has.
    models: 0,
    eval_sets: evalSet.id,
    cases: evalCase.id,
    runs: evalRun.id,
    results: evalCase.id,
    'agents.Agent': agent.id,
    'agents.AgentTemplate': template.id,
    'agents.AgentExecution': execution.id,
    'agents.AgentTraining': training.id,
    'agents.AgentEvalSet': evalSet.id,
  };
};
