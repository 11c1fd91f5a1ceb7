import type { MakeResources } from '@drippulse/testing';

export const makeResources: MakeResources = async (post, mark) => {
  const connection = await post('/integration_connections', {
    provider: 'slack',
    external_key: mark,
    credentials: { webhook_url: 'https://hooks.slack.com/services/T000/B000/x4Jd' },
    note: mark,
    test: false,
  });
  const retry = await post(`/integration_connections/${connection.id}/retry_failed`, {});
  const source = await post('/data_sources', {
    name: mark,
    type: 'csv',
    target: 'leads',
    mapping: [{ from: 'E-mail', to: 'email' }],
  });
  const run = await post('/data_source_runs', { data_source_id: source.id });
  return {
    integration_connections: connection.id,
    retries: retry.id,
    data_sources: source.id,
    data_source_runs: run.id,
    'integrations.DataSource': source.id,
  };
};
