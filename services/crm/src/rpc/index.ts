import type { ServiceImpl } from '@connectrpc/connect';
import { CrmAccountsService } from '@drippulse/proto/drippulse/crm/v1/accounts_pb';
import { CrmActivitiesService } from '@drippulse/proto/drippulse/crm/v1/activities_pb';
import { CrmBundlesService } from '@drippulse/proto/drippulse/crm/v1/bundles_pb';
import { CrmChangeEventsService } from '@drippulse/proto/drippulse/crm/v1/change_events_pb';
import { CrmContactsService } from '@drippulse/proto/drippulse/crm/v1/contacts_pb';
import { CrmCustomFieldsService } from '@drippulse/proto/drippulse/crm/v1/custom_fields_pb';
import { CrmErasuresService } from '@drippulse/proto/drippulse/crm/v1/erasures_pb';
import { CrmImportsService } from '@drippulse/proto/drippulse/crm/v1/imports_pb';
import { LeadFormsService, PublicLeadFormsService } from '@drippulse/proto/drippulse/crm/v1/lead_forms_pb';
import { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmMergesService } from '@drippulse/proto/drippulse/crm/v1/merges_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { CrmOpportunityPipelinesService } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import type { Routes } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { accountsMethods } from './accounts.ts';
import { activitiesMethods } from './activities.ts';
import { cancelImport } from './cancel-import.ts';
import { contactsMethods } from './contacts.ts';
import { createCustomField } from './create-custom-field.ts';
import { createLeadForm } from './create-lead-form.ts';
import { createPipeline } from './create-pipeline.ts';
import { deleteCustomField } from './delete-custom-field.ts';
import { deleteLeadForm } from './delete-lead-form.ts';
import { deletePipeline } from './delete-pipeline.ts';
import { exportCsv } from './export-csv.ts';
import { exportRecords } from './export-records.ts';
import { finishErasure } from './finish-erasure.ts';
import { getErasure } from './get-erasure.ts';
import { getImport } from './get-import.ts';
import { getLeadForm } from './get-lead-form.ts';
import { getMerge } from './get-merge.ts';
import { importRecords } from './import-records.ts';
import { leadsMethods } from './leads.ts';
import { listChangeEvents } from './list-change-events.ts';
import { listCustomFields } from './list-custom-fields.ts';
import { listImports } from './list-imports.ts';
import { listLeadForms } from './list-lead-forms.ts';
import { listMerges } from './list-merges.ts';
import { listPipelines } from './list-pipelines.ts';
import { opportunitiesMethods } from './opportunities.ts';
import { setDefaultPipeline } from './set-default-pipeline.ts';
import { showLeadForm } from './show-lead-form.ts';
import { submitLeadForm } from './submit-lead-form.ts';
import { undoMerge } from './undo-merge.ts';
import { updateCustomField } from './update-custom-field.ts';
import { updateLeadForm } from './update-lead-form.ts';
import { updatePipeline } from './update-pipeline.ts';

export function routesOf(ctx: Context): Routes {
  return (router) => {
    router.service(CrmAccountsService, accountsMethods(ctx));
    router.service(CrmContactsService, contactsMethods(ctx));
    router.service(CrmLeadsService, leadsMethods(ctx));
    router.service(CrmOpportunitiesService, opportunitiesMethods(ctx));
    router.service(CrmActivitiesService, activitiesMethods(ctx));
    router.service(CrmOpportunityPipelinesService, {
      listCrmOpportunityPipelines: (request, call) => listPipelines(ctx, request, call),
      createCrmOpportunityPipeline: (request, call) => createPipeline(ctx, request, call),
      updateCrmOpportunityPipeline: (request, call) => updatePipeline(ctx, request, call),
      deleteCrmOpportunityPipeline: (request, call) => deletePipeline(ctx, request, call),
      setDefaultCrmOpportunityPipeline: (request, call) => setDefaultPipeline(ctx, request, call),
    } satisfies ServiceImpl<typeof CrmOpportunityPipelinesService>);
    router.service(CrmCustomFieldsService, {
      listCrmCustomFields: (request, call) => listCustomFields(ctx, request, call),
      createCrmCustomField: (request, call) => createCustomField(ctx, request, call),
      updateCrmCustomField: (request, call) => updateCustomField(ctx, request, call),
      deleteCrmCustomField: (request, call) => deleteCustomField(ctx, request, call),
    } satisfies ServiceImpl<typeof CrmCustomFieldsService>);
    router.service(CrmBundlesService, {
      exportCrmCsv: (request, call) => exportCsv(ctx, request, call),
      exportCrmRecords: (request, call) => exportRecords(ctx, request, call),
      importCrmRecords: (requests, call) => importRecords(ctx, requests, call),
    } satisfies ServiceImpl<typeof CrmBundlesService>);
    router.service(LeadFormsService, {
      listLeadForms: (request, call) => listLeadForms(ctx, request, call),
      createLeadForm: (request, call) => createLeadForm(ctx, request, call),
      getLeadForm: (request, call) => getLeadForm(ctx, request, call),
      updateLeadForm: (request, call) => updateLeadForm(ctx, request, call),
      deleteLeadForm: (request, call) => deleteLeadForm(ctx, request, call),
    } satisfies ServiceImpl<typeof LeadFormsService>);
    router.service(PublicLeadFormsService, {
      showLeadForm: (request, call) => showLeadForm(ctx, request, call),
      submitLeadForm: (request, call) => submitLeadForm(ctx, request, call),
    } satisfies ServiceImpl<typeof PublicLeadFormsService>);
    router.service(CrmImportsService, {
      listCrmImports: (request, call) => listImports(ctx, request, call),
      getCrmImport: (request, call) => getImport(ctx, request, call),
      cancelCrmImport: (request, call) => cancelImport(ctx, request, call),
    } satisfies ServiceImpl<typeof CrmImportsService>);
    router.service(CrmMergesService, {
      listCrmMerges: (request, call) => listMerges(ctx, request, call),
      getCrmMerge: (request, call) => getMerge(ctx, request, call),
      undoCrmMerge: (request, call) => undoMerge(ctx, request, call),
    } satisfies ServiceImpl<typeof CrmMergesService>);
    router.service(CrmErasuresService, {
      getCrmErasure: (request, call) => getErasure(ctx, request, call),
      finishCrmErasure: (request, call) => finishErasure(ctx, request, call),
    } satisfies ServiceImpl<typeof CrmErasuresService>);
    router.service(CrmChangeEventsService, {
      listCrmChangeEvents: (request, call) => listChangeEvents(ctx, request, call),
    } satisfies ServiceImpl<typeof CrmChangeEventsService>);
  };
}
