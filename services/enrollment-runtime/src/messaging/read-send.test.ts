import { compileDefinition } from '@drippulse/engine';
import { parseJson } from '@drippulse/json';
import { expect, test } from '@jest/globals';
import { mailOf } from './read-send.ts';

const plannedAt = new Date('2026-07-01T12:00:00Z');
const place = {
  ...{ key: 'k', organizationId: 1n, workflowId: 2n, enrollmentId: 3n, stepId: 's', mode: 'live' as const },
  ...{ leadRef: null, timezone: 'UTC', plannedAt },
};
const definition = compileDefinition({ workflowId: '2', version: 1, steps: [] });
const ofWorkflow = { ...definition, settings: { priority: 70, class: 'transactional' as const } };

test.each([
  ['{}', definition, { priority: 50, class: 'marketing', category: null, onCapped: 'hold', expiresAt: null }],
  ['{}', ofWorkflow, { priority: 70, class: 'transactional' }],
  [
    '{ "priority": 0, "class": "marketing", "category": "news" }',
    ofWorkflow,
    { priority: 0, class: 'marketing', category: 'news' },
  ],
  ['{ "on_capped": "skip", "category": "" }', definition, { onCapped: 'skip', category: null }],
  [
    '{ "expires_after": { "duration": 1.5, "unit": "hours" } }',
    definition,
    { expiresAt: new Date('2026-07-01T13:30:00Z') },
  ],
])('a step that says %s, else its workflow, decides about its mail', (request, version, expected) => {
  const read = parseJson(request) as Parameters<typeof mailOf>[0];
  expect(mailOf({ to: 'a@b.c', ...read }, version, place)).toMatchObject({ ...place, to: 'a@b.c', ...expected });
});
