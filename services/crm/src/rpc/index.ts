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
import { InboundCrmService, InboundSecretsService } from '@drippulse/proto/drippulse/crm/v1/lead_scores_pb';
import { CrmLeadsService } from '@drippulse/proto/drippulse/crm/v1/leads_pb';
import { CrmMergesService } from '@drippulse/proto/drippulse/crm/v1/merges_pb';
import { OperatorService } from '@drippulse/proto/drippulse/crm/v1/operator_pb';
import { CrmOpportunitiesService } from '@drippulse/proto/drippulse/crm/v1/opportunities_pb';
import { CrmOpportunityPipelinesService } from '@drippulse/proto/drippulse/crm/v1/opportunity_pipelines_pb';
import { CrmOutcomesService } from '@drippulse/proto/drippulse/crm/v1/outcomes_pb';
import { CrmRecordBatchesService } from '@drippulse/proto/drippulse/crm/v1/record_batches_pb';
import type { Routes } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { accountsMethods } from './accounts.ts';
import { activitiesMethods } from './activities.ts';
import { applyOperatorPlan } from './apply-operator-plan.ts';
import { cancelCrmImport } from './cancel-import.ts';
import { contactsMethods } from './contacts.ts';
import { countCrmOutcomes } from './count-outcomes.ts';
import { createCrmCustomField } from './create-custom-field.ts';
import { createLeadForm } from './create-lead-form.ts';
import { createCrmOpportunityPipeline } from './create-opportunity-pipeline.ts';
import { deleteCrmCustomField } from './delete-custom-field.ts';
import { deleteLeadForm } from './delete-lead-form.ts';
import { deleteCrmOpportunityPipeline } from './delete-opportunity-pipeline.ts';
import { ensureOperatorDefaults } from './ensure-operator-defaults.ts';
import { exportCrmCsv } from './export-csv.ts';
import { exportCrmRecords } from './export-records.ts';
import { finishCrmErasure } from './finish-erasure.ts';
import { getCrmCustomField } from './get-custom-field.ts';
import { getCrmErasure } from './get-erasure.ts';
import { getCrmImport } from './get-import.ts';
import { getLeadForm } from './get-lead-form.ts';
import { getCrmMerge } from './get-merge.ts';
import { getOperatorPlan } from './get-operator-plan.ts';
import { getCrmOpportunityPipeline } from './get-opportunity-pipeline.ts';
import { importCrmRecords } from './import-records.ts';
import { leadsMethods } from './leads.ts';
import { listCrmChangeEvents } from './list-change-events.ts';
import { listCrmCustomFields } from './list-custom-fields.ts';
import { listCrmImports } from './list-imports.ts';
import { listLeadForms } from './list-lead-forms.ts';
import { listCrmMerges } from './list-merges.ts';
import { listOperatorActivity } from './list-operator-activity.ts';
import { listCrmOpportunityPipelines } from './list-opportunity-pipelines.ts';
import { listCrmOutcomes } from './list-outcomes.ts';
import { opportunitiesMethods } from './opportunities.ts';
import { previewOperatorPlan } from './preview-operator-plan.ts';
import { receiveLeadScore } from './receive-lead-score.ts';
import { rotateLeadScoringSecret } from './rotate-lead-scoring-secret.ts';
import { setDefaultCrmOpportunityPipeline } from './set-default-opportunity-pipeline.ts';
import { showLeadForm } from './show-lead-form.ts';
import { submitLeadForm } from './submit-lead-form.ts';
import { undoCrmMerge } from './undo-merge.ts';
import { updateCrmCustomField } from './update-custom-field.ts';
import { updateLeadForm } from './update-lead-form.ts';
import { updateCrmOpportunityPipeline } from './update-opportunity-pipeline.ts';
import { writeCrmRecordBatch } from './write-record-batch.ts';

export function routesOf(ctx: Context): Routes {
  return (router) => {
    router.service(CrmAccountsService, accountsMethods(ctx));
    router.service(CrmContactsService, contactsMethods(ctx));
    router.service(CrmLeadsService, leadsMethods(ctx));
    router.service(CrmOpportunitiesService, opportunitiesMethods(ctx));
    router.service(CrmActivitiesService, activitiesMethods(ctx));
    router.service(CrmOpportunityPipelinesService, {
      listCrmOpportunityPipelines: (request, call) => listCrmOpportunityPipelines(ctx, request, call),
      createCrmOpportunityPipeline: (request, call) => createCrmOpportunityPipeline(ctx, request, call),
      getCrmOpportunityPipeline: (request, call) => getCrmOpportunityPipeline(ctx, request, call),
      updateCrmOpportunityPipeline: (request, call) => updateCrmOpportunityPipeline(ctx, request, call),
      deleteCrmOpportunityPipeline: (request, call) => deleteCrmOpportunityPipeline(ctx, request, call),
      setDefaultCrmOpportunityPipeline: (request, call) => setDefaultCrmOpportunityPipeline(ctx, request, call),
    } satisfies ServiceImpl<typeof CrmOpportunityPipelinesService>);
    router.service(CrmCustomFieldsService, {
      listCrmCustomFields: (request, call) => listCrmCustomFields(ctx, request, call),
      createCrmCustomField: (request, call) => createCrmCustomField(ctx, request, call),
      getCrmCustomField: (request, call) => getCrmCustomField(ctx, request, call),
      updateCrmCustomField: (request, call) => updateCrmCustomField(ctx, request, call),
      deleteCrmCustomField: (request, call) => deleteCrmCustomField(ctx, request, call),
    } satisfies ServiceImpl<typeof CrmCustomFieldsService>);
    router.service(CrmBundlesService, {
      exportCrmCsv: (request, call) => exportCrmCsv(ctx, request, call),
      exportCrmRecords: (request, call) => exportCrmRecords(ctx, request, call),
      importCrmRecords: (requests, call) => importCrmRecords(ctx, requests, call),
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
    router.service(OperatorService, {
      previewOperatorPlan: (request, call) => previewOperatorPlan(ctx, request, call),
      getOperatorPlan: (request, call) => getOperatorPlan(ctx, request, call),
      applyOperatorPlan: (request, call) => applyOperatorPlan(ctx, request, call),
      ensureOperatorDefaults: (request, call) => ensureOperatorDefaults(ctx, request, call),
      listOperatorActivity: (request, call) => listOperatorActivity(ctx, request, call),
    } satisfies ServiceImpl<typeof OperatorService>);
    router.service(InboundSecretsService, {
      rotateLeadScoringSecret: (request, call) => rotateLeadScoringSecret(ctx, request, call),
    } satisfies ServiceImpl<typeof InboundSecretsService>);
    router.service(InboundCrmService, {
      receiveLeadScore: (request, call) => receiveLeadScore(ctx, request, call),
    } satisfies ServiceImpl<typeof InboundCrmService>);
    router.service(CrmImportsService, {
      listCrmImports: (request, call) => listCrmImports(ctx, request, call),
      getCrmImport: (request, call) => getCrmImport(ctx, request, call),
      cancelCrmImport: (request, call) => cancelCrmImport(ctx, request, call),
    } satisfies ServiceImpl<typeof CrmImportsService>);
    router.service(CrmMergesService, {
      listCrmMerges: (request, call) => listCrmMerges(ctx, request, call),
      getCrmMerge: (request, call) => getCrmMerge(ctx, request, call),
      undoCrmMerge: (request, call) => undoCrmMerge(ctx, request, call),
    } satisfies ServiceImpl<typeof CrmMergesService>);
    router.service(CrmRecordBatchesService, {
      writeCrmRecordBatch: (request, call) => writeCrmRecordBatch(ctx, request, call),
    } satisfies ServiceImpl<typeof CrmRecordBatchesService>);
    router.service(CrmOutcomesService, {
      countCrmOutcomes: (request, call) => countCrmOutcomes(ctx, request, call),
      listCrmOutcomes: (request, call) => listCrmOutcomes(ctx, request, call),
    } satisfies ServiceImpl<typeof CrmOutcomesService>);
    router.service(CrmErasuresService, {
      getCrmErasure: (request, call) => getCrmErasure(ctx, request, call),
      finishCrmErasure: (request, call) => finishCrmErasure(ctx, request, call),
    } satisfies ServiceImpl<typeof CrmErasuresService>);
    router.service(CrmChangeEventsService, {
      listCrmChangeEvents: (request, call) => listCrmChangeEvents(ctx, request, call),
    } satisfies ServiceImpl<typeof CrmChangeEventsService>);
  };
}
