import { topicOf } from '@drippulse/events';
import { AgentEventSchema } from '@drippulse/proto/drippulse/agents/v1/events_pb';

export const agentsTopic = topicOf(AgentEventSchema);
