import fc from 'fast-check';

/** A step in a request. */
export type RawStep = Record<string, unknown>;

const idOf = (index: number) => `n${index}`;

/** Every kind of step that a random workflow may have. */
export const stepKinds = [
  ...(['log', 'set_fields', 'wait', 'condition', 'branch', 'split', 'email', 'callback', 'end'] as const),
  ...(['wait_for_event', 'events', 'approval', 'alert', 'integration_action', 'agent', 'score_lead'] as const),
  ...(['crm_create_lead', 'crm_update_record', 'crm_create_activity', 'crm_move_opportunity', 'webhook'] as const),
] as const;

const waiting: ReadonlySet<string> = new Set(['wait', 'wait_for_event', 'events', 'approval']);
const timeout = { duration: 2, unit: 'days' };

/**
 * Random valid workflows. Jumps go forward, to the end, or back to a wait, so that every loop has a wait. Conditions
 * and splits depend on the contact, which is random too.
 */
export const randomWorkflow: fc.Arbitrary<RawStep[]> = fc
  .array(fc.constantFrom(...stepKinds), { minLength: 1, maxLength: 12 })
  .chain((kinds) => {
    const waits = kinds.flatMap((kind, index) => (waiting.has(kind) ? [index] : []));
    return fc.tuple(...kinds.map((kind, index) => randomStep(kind, index, kinds.length, waits)));
  });

/** A contact whose fields decide the paths through `randomWorkflow`. */
export const randomContact = fc.record({
  email: fc.constantFrom('ada@example.com', 'not an address'),
  score: fc.integer({ min: 0, max: 100 }),
  path: fc.constantFrom('', 'x'),
});

function randomStep(kind: string, index: number, count: number, waits: readonly number[]): fc.Arbitrary<RawStep> {
  const base = { id: idOf(index) };
  const later = Array.from({ length: count - index - 1 }, (_, distance) => index + 1 + distance);
  const backToWaits = waits.filter((wait) => wait < index);
  const target = fc.constantFrom('next', 'end', ...[...later, ...backToWaits].map(idOf));
  const limit = fc.integer({ min: 0, max: 100 });
  const conditions = limit.map((value) => [{ field: 'score', operator: 'greater_than', value }]);
  const onError = fc.oneof(fc.constantFrom('fail', 'continue'), fc.constantFrom('continue', ...later.map(idOf)));
  const retry = fc.record({ max_attempts: fc.integer({ min: 1, max: 4 }), backoff_seconds: fc.constantFrom(1, 30) });
  const effect = (step: RawStep) =>
    fc.record({ retry, on_error: onError }).map((more) => ({ ...base, ...step, ...more }));
  switch (kind) {
    case 'set_fields':
      return fc.constant({
        ...base,
        type: 'set_fields',
        fields: { path: `{{ path }}${index}`, [`seen${index}`]: '{{ score }}' },
      });
    case 'wait':
      return fc.integer({ min: 1, max: 90 }).map((duration) => ({ ...base, type: 'wait', duration, unit: 'minutes' }));
    case 'condition':
      return fc.record({
        id: fc.constant(base.id),
        type: fc.constant(kind),
        conditions,
        on_true: target,
        on_false: target,
      });
    case 'branch':
      return fc.tuple(conditions, target, target).map(([rule, go_to, otherwise]) => ({
        ...base,
        type: kind,
        branches: [{ conditions: rule, go_to }],
        default: otherwise,
      }));
    case 'split':
      return fc.tuple(target, target).map(([one, other]) => ({
        ...base,
        type: kind,
        variants: [
          { name: 'A', go_to: one },
          { name: 'B', go_to: other },
        ],
      }));
    case 'email':
      return effect({ type: kind, subject: 'x{{ path }}', body: 'x' });
    case 'callback':
      return effect({ type: 'webhook_callback', url: 'https://a.example/{{ score }}', payload: { p: '{{ path }}' } });
    case 'wait_for_event':
      return fc.tuple(target, target).map(([on_event, on_timeout]) => ({
        ...base,
        type: kind,
        event_name: 'order.paid',
        match: { conditions: [{ field: 'properties.path', operator: 'equals', value: '{{ path }}' }] },
        timeout,
        on_event,
        on_timeout,
      }));
    case 'events':
      return fc.tuple(target, target, target).map(([first, second, on_timeout]) => ({
        ...base,
        type: 'wait_for_event',
        events: [
          { event_name: 'order.paid', go_to: first },
          { event_name: 'order.cancelled', go_to: second },
        ],
        timeout,
        on_timeout,
      }));
    case 'approval':
      return fc.tuple(target, target, target).map(([on_approved, on_rejected, on_timeout]) => ({
        ...base,
        type: kind,
        message: 'Go on with {{ score }}, {{ nobody }}?',
        timeout,
        on_approved,
        on_rejected,
        on_timeout,
      }));
    case 'alert':
      return effect({ type: kind, message: '{{ path }}' });
    case 'integration_action':
      return effect({ type: kind, integration_id: 'hs', action: 'create_note', payload: { body: '{{ path }}' } });
    case 'agent':
      return effect({ type: kind, input: { score: '{{ score }}' }, save_as: `said${index}` });
    case 'score_lead':
      return effect({ type: kind, agent_id: 9, save_as: `rated${index}` });
    case 'crm_create_lead':
      return effect({ type: kind, email: '{{ email }}', title: '{{ path }}' });
    case 'crm_update_record':
      return effect({
        type: kind,
        record_type: 'lead',
        record_id: 'lead_{{ score }}',
        fields: { title: '{{ path }}' },
      });
    case 'crm_create_activity':
      return effect({ type: kind, subject: 'Call {{ nobody }}' });
    case 'crm_move_opportunity':
      return effect({ type: kind, opportunity_id: 'opp_{{ score }}', pipeline_stage_id: 'stage_1' });
    case 'webhook':
      return fc.constant({ ...base, type: kind, description: 'x' });
    case 'end':
      return fc.constantFrom('completed', 'failed', 'cancelled').map((status) => ({ ...base, type: 'end', status }));
    default:
      return fc.constant({ ...base, type: 'log', message: '{{ path }} of {{ nobody }}' });
  }
}
