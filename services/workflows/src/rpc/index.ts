import type { ServiceImpl } from '@connectrpc/connect';
import { WorkflowCatalogService, WorkflowsService } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import type { Routes } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { activateWorkflow } from './activate-workflow.ts';
import { archiveWorkflow } from './archive-workflow.ts';
import { countByProject } from './count-by-project.ts';
import { createWorkflow } from './create-workflow.ts';
import { deleteWorkflow } from './delete-workflow.ts';
import { duplicateWorkflow } from './duplicate-workflow.ts';
import { getWorkflow } from './get-workflow.ts';
import { getWorkflowVersion } from './get-workflow-version.ts';
import { listChanges } from './list-changes.ts';
import { listConnectionUses } from './list-connection-uses.ts';
import { listStepTypes } from './list-step-types.ts';
import { listWorkflowVersions } from './list-workflow-versions.ts';
import { listWorkflows } from './list-workflows.ts';
import { pauseWorkflow } from './pause-workflow.ts';
import { reassignProject } from './reassign-project.ts';
import { renderTemplate } from './render-template.ts';
import { sendTestMail } from './send-test-mail.ts';
import { testSteps } from './test-steps.ts';
import { testWorkflow } from './test-workflow.ts';
import { updateWorkflow } from './update-workflow.ts';
import { validateWorkflow } from './validate-workflow.ts';

export function routesOf(ctx: Context): Routes {
  return (router) => {
    router.service(WorkflowsService, {
      listWorkflows: (request, call) => listWorkflows(ctx, request, call),
      createWorkflow: (request, call) => createWorkflow(ctx, request, call),
      listStepTypes,
      getWorkflow: (request, call) => getWorkflow(ctx, request, call),
      updateWorkflow: (request, call) => updateWorkflow(ctx, request, call),
      deleteWorkflow: (request, call) => deleteWorkflow(ctx, request, call),
      validateWorkflow: (request, call) => validateWorkflow(ctx, request, call),
      testSteps: (request, call) => testSteps(ctx, request, call),
      renderTemplate: (request, call) => renderTemplate(ctx, request, call),
      duplicateWorkflow: (request, call) => duplicateWorkflow(ctx, request, call),
      listWorkflowVersions: (request, call) => listWorkflowVersions(ctx, request, call),
      getWorkflowVersion: (request, call) => getWorkflowVersion(ctx, request, call),
      testWorkflow: (request, call) => testWorkflow(ctx, request, call),
      sendTestMail: (request, call) => sendTestMail(ctx, request, call),
      activateWorkflow: (request, call) => activateWorkflow(ctx, request, call),
      pauseWorkflow: (request, call) => pauseWorkflow(ctx, request, call),
      archiveWorkflow: (request, call) => archiveWorkflow(ctx, request, call),
    } satisfies ServiceImpl<typeof WorkflowsService>);
    router.service(WorkflowCatalogService, {
      countByProject: (request, call) => countByProject(ctx, request, call),
      reassignProject: (request, call) => reassignProject(ctx, request, call),
      listChanges: (request, call) => listChanges(ctx, request, call),
      listConnectionUses: (request, call) => listConnectionUses(ctx, request, call),
    } satisfies ServiceImpl<typeof WorkflowCatalogService>);
  };
}
