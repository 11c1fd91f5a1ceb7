import { AgentStatusSchema, AgentTypeSchema } from '@drippulse/proto/drippulse/agents/v1/agents_pb';
import { AgentEvalRunStatusSchema } from '@drippulse/proto/drippulse/agents/v1/evals_pb';
import {
  AgentExecutionKindSchema,
  AgentExecutionStatusSchema,
} from '@drippulse/proto/drippulse/agents/v1/executions_pb';
import { AgentLogLevelSchema } from '@drippulse/proto/drippulse/agents/v1/insights_pb';
import { AgentModelProtocolSchema } from '@drippulse/proto/drippulse/agents/v1/model_connection_pb';
import { AgentOnExceededSchema } from '@drippulse/proto/drippulse/agents/v1/policies_pb';
import { AgentTemplateKindSchema } from '@drippulse/proto/drippulse/agents/v1/templates_pb';
import {
  AgentTrainingStatusSchema,
  AgentTrainingSubjectSchema,
} from '@drippulse/proto/drippulse/agents/v1/trainings_pb';
import { enumTexts } from './enum-texts.ts';

export const templateKinds = enumTexts(AgentTemplateKindSchema);
export const agentTypes = enumTexts(AgentTypeSchema);
export const agentStatuses = enumTexts(AgentStatusSchema);
export const executionKinds = enumTexts(AgentExecutionKindSchema);
export const executionStatuses = enumTexts(AgentExecutionStatusSchema);
export const logLevels = enumTexts(AgentLogLevelSchema);
export const onExceededTexts = enumTexts(AgentOnExceededSchema);
export const modelProtocols = enumTexts(AgentModelProtocolSchema);
export const trainingSubjects = enumTexts(AgentTrainingSubjectSchema);
export const evalRunStatuses = enumTexts(AgentEvalRunStatusSchema);
export const trainingStatuses = enumTexts(AgentTrainingStatusSchema);
