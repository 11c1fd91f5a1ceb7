import type { MakeResources } from '@drippulse/testing';

export const makeResources: MakeResources = async (post, mark) => {
  const account = await post('/crm/accounts', { name: mark });
  const contact = await post('/crm/contacts', { last_name: mark });
  const lead = await post('/crm/leads', { company: mark });
  const opportunity = await post('/crm/opportunities', { name: mark });
  const key = mark.replaceAll('-', '_');
  const field = await post('/crm/custom_fields', { record_type: 'lead', key, label: mark });
  const form = await post('/lead_forms', { name: mark });
  const activity = await post('/crm/activities', { kind: 'note', subject: mark });
  const twin = await post('/crm/contacts', { last_name: mark });
  const { merge } = await post('/crm/contacts/merge', { survivor: contact.id, merged: [twin.id] });
  const upload = await post('/crm/import', { accounts: [{ name: mark }] }, { prefer: 'respond-async' });
  const plan = await post('/operator/plans/preview', { goal: 'intake', answers: { intake: { form_name: mark } } });
  return {
    accounts: account.id,
    contacts: contact.id,
    leads: lead.id,
    opportunities: opportunity.id,
    activities: activity.id,
    custom_fields: field.id,
    lead_forms: form.id,
    plans: plan.id,
    imports: upload.id,
    merges: merge.id,
    opportunity_pipelines: opportunity.pipeline_id,
    'crm.CrmOpportunityPipelineStage': opportunity.pipeline_stage_id,
  };
};
