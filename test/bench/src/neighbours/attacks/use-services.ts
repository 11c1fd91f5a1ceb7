import { createApi } from '../../services/api.ts';
import type { Attack, Place, Round } from '../attack.ts';
import { repeat, sendCounted } from '../clients/repeat.ts';
import { everything } from './everything.ts';
import { importRows } from './import-rows.ts';

const scoring = 8;
const charts = 8;
const contactsOfCall = 1_000;
const webhooks = 20;

/**
 * One organization that uses every service as heavily as it can: all of `everything`, imports of a data source, bulk
 * enrollments whose events go to twenty webhooks, scores, charts and reports.
 */
export const useServices: Attack = {
  organizations: 1,
  async prepare(place, tokens) {
    const [token = ''] = tokens;
    const begins = [await everything.prepare(place, tokens), await importRows.prepare(place, tokens)];
    const ways = [await enrollMany(place, token), await executeAgents(place, token), readAnalytics(place, token)];
    return async (round) => void (await Promise.all([...begins, ...ways].map((begin) => begin(round))));
  },
};

async function enrollMany(place: Place, token: string) {
  const api = createApi(place.base, token);
  // No server listens on this port, so each delivery fails and is tried again.
  const url = 'http://127.0.0.1:1024/';
  for (let index = 0; index < webhooks; index += 1) {
    await api('POST', '/webhooks', { url: `${url}${index}`, event_type: 'enrollment.completed' });
  }
  const steps = [
    { type: 'trigger', name: 'Start' },
    { type: 'log', name: 'Note', config: { message: '{{ email }}', level: 'info' } },
  ];
  const { id } = await api('POST', '/workflows', { name: 'Many', status: 'active', steps });
  let calls = 0;
  return async (round: Round) => {
    while (!round.signal.aborted) {
      calls += 1;
      const contacts = Array.from({ length: contactsOfCall }, (_, n) => ({ email: `many${n}.${calls}@example.com` }));
      const path = `/workflows/${id}/enrollments/bulk`;
      await sendCounted(place, { method: 'POST', path, token, body: JSON.stringify({ contacts }) }, round);
    }
  };
}

async function executeAgents(place: Place, token: string) {
  const api = createApi(place.base, token);
  const { agent_templates: templates } = await api('GET', '/agent_templates');
  const { id: templateId } = templates.find(({ kind }: { kind: string }) => kind === 'scorer');
  const { id } = await api('POST', '/agents/spawn', { name: 'Loud', type: 'template', template_id: templateId });
  const body = JSON.stringify({ input: { email: 'ada@acme.example', title: 'CTO', company_name: 'Acme' } });
  const execute = { method: 'POST', path: `/agents/${id}/execute`, token, body };
  return async (round: Round) =>
    void (await Promise.all(Array.from({ length: scoring }, () => repeat(place, execute, round))));
}

function readAnalytics(place: Place, token: string) {
  const chart = { method: 'GET', path: '/analytics/charts?metric=leads_created&interval=hour', token };
  const report = { method: 'POST', path: '/reports/generate', token, body: '{"type":"crm_growth","format":"pdf"}' };
  return async (round: Round) =>
    void (await Promise.all([
      ...Array.from({ length: charts }, () => repeat(place, chart, round)),
      repeat(place, report, round),
    ]));
}
