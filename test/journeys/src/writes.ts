import type { Api, ApiAnswer } from '@drippulse/harness';
import type { Resources } from '@drippulse/testing';

type Write = readonly [string, () => Promise<ApiAnswer>];

/**
 * Returns writes that change rows by other means than PATCH: bulk calls, moves between rows, jobs, and deletions of
 * other rows.
 */
export function writesOf(api: Api, rows: Resources): Write[] {
  const crm = '/api/v1/crm';
  const workflow = `/api/v1/workflows/${rows['workflows']}`;
  const contact = `${crm}/contacts/${rows['contacts']}`;
  const opportunity = `${crm}/opportunities/${rows['opportunities']}`;
  const pipeline = `${crm}/opportunity_pipelines/${rows['opportunity_pipelines']}`;
  const publicId = async (path: string): Promise<string> => (await api.get(path)).body.public_id;
  let merge = 0;
  return [
    ['a new version', () => api.patch(workflow, { steps: [{ type: 'wait', duration: 2, unit: 'weeks' }] })],
    ['a status', () => api.post(`${workflow}/archive`)],
    ['a secret', () => api.post(`/api/v1/webhooks/${rows['webhooks']}/rotate_secret`)],
    ['stages', () => api.patch(pipeline, { stages: [{ name: 'Only', stage_type: 'open' }] })],
    ['links', () => api.patch(opportunity, { contact_id: rows['contacts'], account_id: rows['accounts'] })],
    [
      'an import',
      async () =>
        api.post(`${crm}/import`, {
          accounts: [{ public_id: await publicId(`${crm}/accounts/${rows['accounts']}`), name: 'imported' }],
          contacts: [{ public_id: await publicId(contact), title: 'imported' }],
          opportunities: [{ public_id: await publicId(opportunity), description: 'imported' }],
          leads: [{ public_id: await publicId(`${crm}/leads/${rows['leads']}`), title: 'imported' }],
          activities: [
            {
              public_id: await publicId(`${crm}/activities/${rows['activities']}`),
              kind: 'note',
              subject: 'imported',
            },
          ],
        }),
    ],
    [
      'an order',
      async () => {
        const pipeline_stage_id = rows['crm.CrmOpportunityPipelineStage'];
        const others = [(await api.post(`${crm}/opportunities`, { name: 'A' })).body.id];
        others.push((await api.post(`${crm}/opportunities`, { name: 'B' })).body.id);
        const reorder = (ordered_ids: unknown[]) =>
          api.post(`${crm}/opportunities/reorder`, { pipeline_stage_id, ordered_ids });
        // The opportunity is first moved below all others and then above them, so it moves at least once. The order of
        // the others does not change.
        await reorder([...others, rows['opportunities']]);
        return reorder([rows['opportunities'], ...others]);
      },
    ],
    [
      'a merge',
      async () => {
        const survivor = (await api.post(`${crm}/contacts`, { last_name: 'Survivor' })).body.id;
        const merged = await api.post(`${crm}/contacts/merge`, { survivor, merged: [rows['contacts']] });
        merge = merged.body.merge.id;
        return merged;
      },
    ],
    ['its undo', () => api.post(`${crm}/merges/${merge}/undo`)],
    ['a name', () => api.patch(`${crm}/leads/${rows['leads']}`, { last_name: 'Converted' })],
    ['a conversion', () => api.post(`${crm}/leads/${rows['leads']}/convert`)],
    ['the end of a project', () => api.delete(`/api/v1/projects/${rows['projects']}?force=true`)],
    ['the end of a key', () => api.delete(`/api/v1/api_keys/${rows['api_keys']}/revoke`)],
    ['an erasure', () => api.post(`${contact}/erase`)],
  ];
}
