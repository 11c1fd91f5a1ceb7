import type { ServiceImpl } from '@connectrpc/connect';
import { AgentsService } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentBudgetsService } from '@drippulse/proto/drippulse/agents/v1/budgets_pb';
import { AgentEvalSetsService } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import { AgentExecutionsService } from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { AgentInsightsService } from '@drippulse/proto/drippulse/agents/v1/insights_pb';
import { AgentChecksService, AgentErasuresService } from '@drippulse/proto/drippulse/agents/v1/internal_pb';
import { AgentModelConnectionService } from '@drippulse/proto/drippulse/agents/v1/model_connection_pb';
import { AgentReplaysService } from '@drippulse/proto/drippulse/agents/v1/replays_pb';
import { AgentTemplateVersionsService } from '@drippulse/proto/drippulse/agents/v1/template_versions_pb';
import { AgentTemplatesService } from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import { AgentTrainingsService } from '@drippulse/proto/drippulse/agents/v1/trainings_pb';
import { EffectsService } from '@drippulse/proto/drippulse/journeys/v1/effects_pb';
import type { Routes } from '@drippulse/rpc';
import type { Context } from '../context.ts';
import { acknowledgeAgentOverrun } from './acknowledge-agent-overrun.ts';
import { activateAgentModel } from './activate-agent-model.ts';
import { activateAgentTemplateVersion } from './activate-agent-template-version.ts';
import { cancelAgentEvalRun } from './cancel-agent-eval-run.ts';
import { cancelAgentExecution } from './cancel-agent-execution.ts';
import { cancelAgentTraining } from './cancel-agent-training.ts';
import { checkAgent } from './check-agent.ts';
import { createAgentEvalCase } from './create-agent-eval-case.ts';
import { createAgentEvalSet } from './create-agent-eval-set.ts';
import { createAgentModelConnection } from './create-agent-model-connection.ts';
import { createAgentTemplate } from './create-agent-template.ts';
import { deleteAgent } from './delete-agent.ts';
import { deleteAgentEvalCase } from './delete-agent-eval-case.ts';
import { deleteAgentEvalSet } from './delete-agent-eval-set.ts';
import { deleteAgentModelConnection } from './delete-agent-model-connection.ts';
import { deleteAgentTemplate } from './delete-agent-template.ts';
import { erasePersonFromAgents } from './erase-person-from-agents.ts';
import { executeAgent } from './execute-agent.ts';
import { getAgent } from './get-agent.ts';
import { getAgentBudgets } from './get-agent-budgets.ts';
import { getAgentCosts } from './get-agent-costs.ts';
import { getAgentEvalResult } from './get-agent-eval-result.ts';
import { getAgentEvalRun } from './get-agent-eval-run.ts';
import { getAgentEvalSet } from './get-agent-eval-set.ts';
import { getAgentExecution } from './get-agent-execution.ts';
import { getAgentMetrics } from './get-agent-metrics.ts';
import { getAgentModel } from './get-agent-model.ts';
import { getAgentModelConnection } from './get-agent-model-connection.ts';
import { getAgentStatus } from './get-agent-status.ts';
import { getAgentTemplate } from './get-agent-template.ts';
import { getAgentTemplateVersion } from './get-agent-template-version.ts';
import { getAgentTraining } from './get-agent-training.ts';
import { getEffectResult } from './get-effect-result.ts';
import { inferAgent } from './infer-agent.ts';
import { listAgentEvalCases } from './list-agent-eval-cases.ts';
import { listAgentEvalResults } from './list-agent-eval-results.ts';
import { listAgentEvalRuns } from './list-agent-eval-runs.ts';
import { listAgentEvalSets } from './list-agent-eval-sets.ts';
import { listAgentExecutions } from './list-agent-executions.ts';
import { listAgentLogs } from './list-agent-logs.ts';
import { listAgentModels } from './list-agent-models.ts';
import { listAgentTemplateVersions } from './list-agent-template-versions.ts';
import { listAgentTemplates } from './list-agent-templates.ts';
import { listAgentTrainings } from './list-agent-trainings.ts';
import { listAgents } from './list-agents.ts';
import { monitorAgents } from './monitor-agents.ts';
import { monitorReasoning } from './monitor-reasoning.ts';
import { performEffect } from './perform-effect.ts';
import { replayAgentExecution } from './replay-agent-execution.ts';
import { scoreLead } from './score-lead.ts';
import { spawnAgent } from './spawn-agent.ts';
import { startAgentEvalRun } from './start-agent-eval-run.ts';
import { testAgentModelConnection } from './test-agent-model-connection.ts';
import { trainAgent } from './train-agent.ts';
import { updateAgent } from './update-agent.ts';
import { updateAgentBudgets } from './update-agent-budgets.ts';
import { updateAgentModelConnection } from './update-agent-model-connection.ts';
import { updateAgentTemplate } from './update-agent-template.ts';
import { updateAgentTemplateExecutionPolicy } from './update-agent-template-execution-policy.ts';

export function routesOf(ctx: Context): Routes {
  return (router) => {
    router.service(AgentsService, {
      listAgents: (request, call) => listAgents(ctx, request, call),
      spawnAgent: (request, call) => spawnAgent(ctx, request, call),
      getAgent: (request, call) => getAgent(ctx, request, call),
      updateAgent: (request, call) => updateAgent(ctx, request, call),
      deleteAgent: (request, call) => deleteAgent(ctx, request, call),
    } satisfies ServiceImpl<typeof AgentsService>);
    router.service(AgentTemplatesService, {
      listAgentTemplates: (request, call) => listAgentTemplates(ctx, request, call),
      createAgentTemplate: (request, call) => createAgentTemplate(ctx, request, call),
      getAgentTemplate: (request, call) => getAgentTemplate(ctx, request, call),
      updateAgentTemplate: (request, call) => updateAgentTemplate(ctx, request, call),
      deleteAgentTemplate: (request, call) => deleteAgentTemplate(ctx, request, call),
      updateAgentTemplateExecutionPolicy: (request, call) => updateAgentTemplateExecutionPolicy(ctx, request, call),
    } satisfies ServiceImpl<typeof AgentTemplatesService>);
    router.service(AgentExecutionsService, {
      executeAgent: (request, call) => executeAgent(ctx, request, call),
      inferAgent: (request, call) => inferAgent(ctx, request, call),
      scoreLead: (request, call) => scoreLead(ctx, request, call),
      listAgentExecutions: (request, call) => listAgentExecutions(ctx, request, call),
      getAgentExecution: (request, call) => getAgentExecution(ctx, request, call),
      cancelAgentExecution: (request, call) => cancelAgentExecution(ctx, request, call),
    } satisfies ServiceImpl<typeof AgentExecutionsService>);
    router.service(AgentInsightsService, {
      getAgentStatus: (request, call) => getAgentStatus(ctx, request, call),
      listAgentLogs: (request, call) => listAgentLogs(ctx, request, call),
      getAgentCosts: (request, call) => getAgentCosts(ctx, request, call),
      getAgentMetrics: (request, call) => getAgentMetrics(ctx, request, call),
      monitorAgents: (request, call) => monitorAgents(ctx, request, call),
      monitorReasoning: (request, call) => monitorReasoning(ctx, request, call),
    } satisfies ServiceImpl<typeof AgentInsightsService>);
    router.service(AgentBudgetsService, {
      getAgentBudgets: (request, call) => getAgentBudgets(ctx, request, call),
      updateAgentBudgets: (request, call) => updateAgentBudgets(ctx, request, call),
      acknowledgeAgentOverrun: (request, call) => acknowledgeAgentOverrun(ctx, request, call),
    } satisfies ServiceImpl<typeof AgentBudgetsService>);
    router.service(AgentModelConnectionService, {
      getAgentModelConnection: (request, call) => getAgentModelConnection(ctx, request, call),
      createAgentModelConnection: (request, call) => createAgentModelConnection(ctx, request, call),
      updateAgentModelConnection: (request, call) => updateAgentModelConnection(ctx, request, call),
      testAgentModelConnection: (request, call) => testAgentModelConnection(ctx, request, call),
      deleteAgentModelConnection: (request, call) => deleteAgentModelConnection(ctx, request, call),
    } satisfies ServiceImpl<typeof AgentModelConnectionService>);
    router.service(AgentTemplateVersionsService, {
      listAgentTemplateVersions: (request, call) => listAgentTemplateVersions(ctx, request, call),
      getAgentTemplateVersion: (request, call) => getAgentTemplateVersion(ctx, request, call),
      activateAgentTemplateVersion: (request, call) => activateAgentTemplateVersion(ctx, request, call),
    } satisfies ServiceImpl<typeof AgentTemplateVersionsService>);
    router.service(AgentReplaysService, {
      replayAgentExecution: (request, call) => replayAgentExecution(ctx, request, call),
    } satisfies ServiceImpl<typeof AgentReplaysService>);
    router.service(AgentTrainingsService, {
      trainAgent: (request, call) => trainAgent(ctx, request, call),
      listAgentTrainings: (request, call) => listAgentTrainings(ctx, request, call),
      getAgentTraining: (request, call) => getAgentTraining(ctx, request, call),
      cancelAgentTraining: (request, call) => cancelAgentTraining(ctx, request, call),
      listAgentModels: (request, call) => listAgentModels(ctx, request, call),
      getAgentModel: (request, call) => getAgentModel(ctx, request, call),
      activateAgentModel: (request, call) => activateAgentModel(ctx, request, call),
    } satisfies ServiceImpl<typeof AgentTrainingsService>);
    router.service(AgentEvalSetsService, {
      listAgentEvalSets: (request, call) => listAgentEvalSets(ctx, request, call),
      createAgentEvalSet: (request, call) => createAgentEvalSet(ctx, request, call),
      getAgentEvalSet: (request, call) => getAgentEvalSet(ctx, request, call),
      deleteAgentEvalSet: (request, call) => deleteAgentEvalSet(ctx, request, call),
      listAgentEvalCases: (request, call) => listAgentEvalCases(ctx, request, call),
      createAgentEvalCase: (request, call) => createAgentEvalCase(ctx, request, call),
      deleteAgentEvalCase: (request, call) => deleteAgentEvalCase(ctx, request, call),
      listAgentEvalRuns: (request, call) => listAgentEvalRuns(ctx, request, call),
      startAgentEvalRun: (request, call) => startAgentEvalRun(ctx, request, call),
      getAgentEvalRun: (request, call) => getAgentEvalRun(ctx, request, call),
      cancelAgentEvalRun: (request, call) => cancelAgentEvalRun(ctx, request, call),
      listAgentEvalResults: (request, call) => listAgentEvalResults(ctx, request, call),
      getAgentEvalResult: (request, call) => getAgentEvalResult(ctx, request, call),
    } satisfies ServiceImpl<typeof AgentEvalSetsService>);
    router.service(EffectsService, {
      performEffect: (request, call) => performEffect(ctx, request, call),
      getEffectResult: (request, call) => getEffectResult(ctx, request, call),
    } satisfies ServiceImpl<typeof EffectsService>);
    router.service(AgentChecksService, {
      checkAgent: (request, call) => checkAgent(ctx, request, call),
    } satisfies ServiceImpl<typeof AgentChecksService>);
    router.service(AgentErasuresService, {
      erasePersonFromAgents: (request, call) => erasePersonFromAgents(ctx, request, call),
    } satisfies ServiceImpl<typeof AgentErasuresService>);
  };
}
