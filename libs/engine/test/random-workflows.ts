import fc from 'fast-check';

/** A step in a request. */
export type RawStep = Record<string, unknown>;

const idOf = (index: number) => `n${index}`;

/**
 * Random valid workflows. Jumps go forward, to the end, or back to a wait, so that every loop has a wait. Conditions and
 * splits depend on the contact, which is random too.
 */
export const randomWorkflow: fc.Arbitrary<RawStep[]> = fc
  .array(fc.constantFrom('log', 'set_fields', 'wait', 'condition', 'branch', 'split', 'email', 'callback', 'end'), {
    minLength: 1,
    maxLength: 12,
  })
  .chain((kinds) => {
    const waits = kinds.flatMap((kind, index) => (kind === 'wait' ? [index] : []));
    return fc.tuple(...kinds.map((kind, index) => randomStep(kind, index, kinds.length, waits)));
  });

/** A contact whose fields decide the ways through `randomWorkflow`. */
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
      return fc
        .record({ retry, on_error: onError })
        .map((more) => ({ ...base, type: kind, subject: 'x{{ path }}', body: 'x', ...more }));
    case 'callback':
      return fc.record({ retry, on_error: onError }).map((more) => ({
        ...base,
        type: 'webhook_callback',
        url: 'https://a.example/{{ score }}',
        payload: { p: '{{ path }}' },
        ...more,
      }));
    case 'end':
      return fc.constantFrom('completed', 'failed', 'cancelled').map((status) => ({ ...base, type: 'end', status }));
    default:
      return fc.constant({ ...base, type: 'log', message: '{{ path }} of {{ nobody }}' });
  }
}
