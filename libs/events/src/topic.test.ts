import { ProbeEventSchema } from '@drippulse/proto/drippulse/testing/v1/testing_pb';
import { WorkflowEventSchema } from '@drippulse/proto/drippulse/workflows/v1/events_pb';
import { WorkflowSchema } from '@drippulse/proto/drippulse/workflows/v1/workflows_pb';
import { expect, test } from '@jest/globals';
import { deadLetterTopic, eventType, topicOf } from './topic.ts';

test('a topic is named by the option of its message', () => {
  expect(topicOf(WorkflowEventSchema).name).toBe('drippulse.workflows.v1');
  expect(deadLetterTopic(topicOf(WorkflowEventSchema).name)).toBe('drippulse.workflows.v1.dead');
});

test('a message that is not an event is refused', () => {
  expect(() => topicOf(WorkflowSchema)).toThrow('drippulse.workflows.v1.Workflow has no option');
});

test('the type of an event is its webhook type, or its payload after the noun of the topic', () => {
  expect(eventType(topicOf(WorkflowEventSchema), 'archived')).toBe('workflow.archived');
  expect(eventType(topicOf(ProbeEventSchema), 'touched')).toBe('probes.touched');
});
