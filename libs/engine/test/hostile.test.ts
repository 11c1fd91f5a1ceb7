import { type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import {
  fuzzTimeoutMs,
  type Hostile,
  hostileTexts,
  hostileValues,
  inRounds,
  type Random,
  startCounting,
} from '@drippulse/testing/hostile';
import { afterAll, expect, test } from '@jest/globals';
import type { Step } from '../src/index.ts';

// The code is imported after counting has started, so that its work is counted.
const counting = startCounting();
const { operators } = await import('../src/conditions/operators.ts');
const { BudgetSpent, createMeter, stepUnits } = await import('../src/meter.ts');
const { StepFailure } = await import('../src/step-failure.ts');
const { startCompiling } = await import('../src/templates/compiling.ts');
const { compileHtml, compileText } = await import('../src/templates/template.ts');
const { textLiquid } = await import('../src/templates/liquid.ts');
const { compileDefinition, eventFilterOf, readEventFilter, readSteps, readStepsInTurns, stepTypes } = await import(
  '../src/index.ts'
);

afterAll(() => counting.stop());

const largest = 32_000;
const sizes = [1_000, 8_000, largest];
/** Number of units, and number of blocks, that each call may cost regardless of its input. */
const base = 60_000;
/**
 * Maximum number of units per character of the input. It allows sixteen passes over the input, because sorts and
 * several uses of one value read the input repeatedly.
 */
const unitsPerCharacter = 400;
/** Maximum number of blocks per unit: a unit is 12 ns, and a block a few nanoseconds. */
const blocksPerUnit = 3;
/** Maximum number of blocks per character of steps that are read. */
const blocksPerCharacter = 200;

type Meter = ReturnType<typeof createMeter>;
/** `size` is the length of the input, or of the output if the output is a product of inputs. */
type Probe = { size: number; run(meter: Meter): void };

/**
 * Runs a probe with inputs of growing sizes. Its charges must be bounded by the size of its input, or it must be
 * refused; and it must do no more work than it was charged for.
 */
async function requireBounded(name: string, probe: (size: number) => Probe): Promise<void> {
  for (const size of sizes) requireCharges(name, probe(size));
  const { size, run } = probe(largest);
  const meter = createMeter();
  const blocks = await counting.workOf(() => isRefused(() => run(meter)));
  if (blocks <= base + blocksPerUnit * meter.spent) return;
  throw new Error(`${name}: ${blocks} blocks for ${meter.spent} units, in ${size} characters`);
}

function requireCharges(name: string, { size, run }: Probe): void {
  const meter = createMeter();
  if (isRefused(() => run(meter)) || meter.spent <= base + unitsPerCharacter * size) return;
  throw new Error(`${name}: ${meter.spent} units for ${size} characters`);
}

/** Whether the budget was used up. Other failures of a step are treated as results. */
function isRefused(run: () => void): boolean {
  try {
    run();
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return error instanceof BudgetSpent || error.cause instanceof BudgetSpent;
  }
  return false;
}

const moment = { now: Date.parse('2026-03-01T12:00:00Z'), timezone: 'Europe/Berlin' };

/** Makes a value in the form in which the engine gets it: parsed from JSON. */
function made(hostile: Hostile<unknown>, size: number) {
  const text = JSON.stringify(hostile.make(size));
  return { value: parseJson(text), length: text.length };
}

test(
  'hostile input: every operator is charged in proportion to its values, and does no more',
  () =>
    inRounds(async (random) => {
      for (const [name, operator] of Object.entries(operators)) {
        const [actual, expected] = [random.pick(hostileValues(random)), random.pick(hostileValues(random))];
        await requireBounded(`${name} of ${actual.name} and ${expected.name}`, (size) => {
          const [a, b] = [made(actual, size), made(expected, size)];
          return { size: a.length + b.length, run: (meter) => void operator(a.value, b.value, { ...moment, meter }) };
        });
      }
    }),
  fuzzTimeoutMs,
);

/** Returns the maximum number of characters that a template writes for two values. */
type Output = (a: unknown, b: unknown) => number;

/** Maximum outputs by filter. `join` writes its separator once for each element. */
const outputs: Readonly<Record<string, Output>> = {
  join: (a, b) => (Array.isArray(a) ? a.length : 1) * JSON.stringify(b).length,
};

/** Renders a template with two hostile values, `a` and `b`. */
async function requireTemplateBounded(random: Random, use: string, times = 1, output?: Output): Promise<void> {
  const template = use.repeat(times);
  const a = random.pick(hostileValues(random));
  const b = random.pick([...hostileValues(random), random.pick(hostileTexts)]);
  const render = random.pick([compileText, compileHtml])(template, startCompiling());
  await requireBounded(`${times} × ${use} of ${a.name} and ${b.name}`, (size) => {
    const [first, second] = [made(a, size), made(b, size)];
    const data = { a: first.value, b: second.value };
    const scope = { ...moment, data, contactKey: '', warnings: new Set<string>() };
    return {
      size: times * (first.length + second.length + use.length + (output?.(first.value, second.value) ?? 0)),
      run: (meter) => void render({ ...scope, meter }),
    };
  });
}

test(
  'hostile input: every filter is charged in proportion to its input and arguments, and does no more',
  () =>
    inRounds(async (random) => {
      for (const name of Object.keys(textLiquid.filters)) {
        const template = random.pick([
          `{{ a | ${name} }}`,
          `{{ a | ${name}: b }}`,
          `{{ a | ${name}: b, b }}`,
          `{% assign x = a | ${name}: b %}`,
        ]);
        await requireTemplateBounded(random, template, 1, outputs[name]);
      }
    }),
  fuzzTimeoutMs,
);

test(
  'hostile input: every operator of templates is charged in proportion to its operands, and does no more',
  () =>
    inRounds(async (random) => {
      for (const name of Object.keys(textLiquid.options.operators)) {
        const condition = name === 'not' ? 'not a' : `a ${name} ${random.pick(['b', 'a', 'empty', 'blank', 'nil'])}`;
        await requireTemplateBounded(random, `{% if ${condition} %}x{% endif %}`);
      }
    }),
  fuzzTimeoutMs,
);

/** A use of each tag. A new tag must be added here. */
const uses: Readonly<Record<string, string>> = {
  if: '{% if a %}{{ a }}{% elsif b %}x{% endif %}',
  unless: '{% unless a %}x{% else %}{{ a }}{% endunless %}',
  case: '{% case a %}{% when b, a %}x{% when b %}y{% endcase %}',
  assign: '{% assign x = a %}{{ x }}',
  capture: '{% capture x %}{{ a }}{{ b }}{% endcapture %}{{ x }}',
  comment: '{% comment %}{{ a }}{% endcomment %}',
  raw: '{% raw %}{{ a }}{% endraw %}',
  '#': '{% # a %}{{ a.size }}{{ a.first }}{{ a.x }}',
};

test(
  'hostile input: every tag is charged, however often it stands in a template',
  () =>
    inRounds(async (random) => {
      expect(Object.keys(uses).sort()).toEqual(Object.keys(textLiquid.tags).sort());
      for (const use of Object.values(uses)) {
        const times = 1 + random.below(200);
        await requireTemplateBounded(random, use, times);
      }
    }),
  fuzzTimeoutMs,
);

test(
  'hostile input: steps with hostile texts are read in one pass',
  () =>
    inRounds(async (random) => {
      const shapes = [...hostileTexts, ...hostileValues(random)];
      for (const { type, fields } of stepTypes) {
        const shape = random.pick(shapes);
        const key = random.pick(['type', 'id', ...fields.map(({ name }) => name)]);
        const text = stringifyJson([{ type, id: 'a', [key]: made(shape, largest).value }]);
        const blocks = await counting.workOf(() => readSteps(text, { active: true, makeId: () => 'b' }));
        if (blocks <= base + blocksPerCharacter * text.length) continue;
        throw new Error(`${type} with ${key} of ${shape.name}: ${blocks} blocks for ${text.length} characters`);
      }
    }),
  fuzzTimeoutMs,
);

const operands = ['a', 'a.b', 'a[b]', 'a["b"]', '"text"', "'x'", '1', '-1.5', '(1..2)', 'nil', 'empty', 'é', '""'];

/** Makes templates of hostile shapes in growing sizes: many tags, or much content in one tag. */
function hostileTemplates(random: Random): Hostile<string>[] {
  const [one, other] = random.some(operands, 2);
  const filter = random.pick(Object.keys(textLiquid.filters));
  const operator = random.pick(Object.keys(textLiquid.options.operators));
  const [tag, use] = random.pick(Object.entries(uses));
  const text = random.pick(hostileTexts);
  const repeated = (name: string, begin: string, unit: string, end: string): Hostile<string> => ({
    name: `${name}: ${begin}${unit} again and again${end}`,
    make: (size) => `${begin}${unit.repeat(Math.max(1, size / unit.length))}${end}`,
  });
  return [
    repeated('outputs', '', `{{ ${one} | ${filter}: ${other} }}`, ''),
    repeated('operands', `{{ a | ${filter}: b`, `, ${one}`, ' }}'),
    repeated('named operands', `{{ a | ${filter}: b`, `, c: ${one}`, ' }}'),
    repeated('filters', `{{ ${one}`, ` | ${filter}: ${other}`, ' }}'),
    repeated('properties', '{{ a', random.pick(['.b', '[b]', '["b"]']), ' | upcase }}'),
    repeated('conditions', '{% if a', ` ${operator} ${one}`, ' %}{% endif %}'),
    repeated('alternatives', '{% case a %}{% when b', `, ${one}`, ' %}{% endcase %}'),
    repeated(`uses of ${tag}`, '', use, ''),
    repeated('one word', '{{ ', 'a', ' }}'),
    repeated('a text', '{{ "', random.pick(['a', '\\n', '{{', "'"]), '" }}'),
    { name: `text: ${text.name}`, make: (size) => `${text.make(size)}{{ a }}` },
    { name: `in a tag: ${text.name}`, make: (size) => `{{ a | ${filter}: ${text.make(size)} }}` },
    { name: 'nested tags', make: (size) => `{% if a %}`.repeat(size / 250) + '{% endif %}'.repeat(size / 250) },
  ];
}

test(
  'hostile input: compiling a template is charged in proportion to its length, and does no more',
  () =>
    inRounds(async (random) => {
      for (const { name, make } of hostileTemplates(random)) {
        const compile = random.pick([compileText, compileHtml]);
        await requireBounded(`compiling ${name}`, (size) => {
          const text = make(size);
          return { size: text.length, run: (meter) => void compile(text, startCompiling(meter)) };
        });
      }
    }),
  fuzzTimeoutMs,
);

/** Runs the work to its end. Returns its result, the total units of its parts, and the units of the largest part. */
function inParts<T>(work: Generator<number, T>): { result: T; units: number; most: number } {
  let units = 0;
  let most = 0;
  for (;;) {
    const part = work.next();
    if (part.done === true) return { result: part.value, units, most };
    units += part.value;
    most = Math.max(most, part.value);
  }
}

/**
 * Runs the work to its end. None of its parts may use more units than a step may, and the whole must do no more work
 * than was counted.
 */
async function requireCounted<T>(
  name: string,
  work: () => Generator<number, T>,
): Promise<{ result: T; units: number }> {
  const { result, units, most } = inParts(work());
  if (most > stepUnits) throw new Error(`${name}: a part of ${most} units`);
  const blocks = await counting.workOf(() => inParts(work()));
  if (blocks > base + blocksPerUnit * units) throw new Error(`${name}: ${blocks} blocks for ${units} units`);
  return { result, units };
}

test(
  'hostile input: reading and compiling a definition is counted in proportion to its size, and does no more',
  () =>
    inRounds(async (random) => {
      const conditions = [{ field: 'a', operator: 'exists' }];
      for (const { type, example } of stepTypes) {
        const shape = random.pick(hostileTemplates(random));
        const size = random.pick(sizes);
        const template = shape.make(size);
        const filters = { event_name: 'a', filter: { conditions }, match: { conditions } };
        const config = {
          ...Object(example['config']),
          message: template,
          fields: { a: template },
          payload: [template],
        };
        const text = JSON.stringify([{ type, id: 'a', ...filters, config: { ...config, input: { a: template } } }]);
        const name = `${type} with ${shape.name}`;
        const options = { active: true, makeId: () => 'b' };
        const reading = await requireCounted(`reading ${name}`, () => readStepsInTurns(text, options));
        const { steps, problems } = reading.result;
        if (problems.length > 0) continue;
        const { units } = await requireCounted(`compiling ${name}`, () => prepared(steps));
        if (units + reading.units <= base + unitsPerCharacter * text.length) continue;
        throw new Error(`${name}: ${units + reading.units} units for ${text.length} characters`);
      }
    }),
  fuzzTimeoutMs,
);

/** Compiles all steps, each in a part. */
function* prepared(steps: readonly Step[]): Generator<number, void> {
  const definition = compileDefinition({ workflowId: '1', version: 1, steps });
  let before = 0;
  for (const step of definition.steps) {
    step.prepare();
    yield definition.compilation.work - before;
    before = definition.compilation.work;
  }
}

test(
  'hostile input: a filter is read in proportion to its size, and compiling it and deciding by it do no more than is counted',
  () =>
    inRounds(async (random) => {
      for (const operator of Object.keys(operators)) {
        const value = random.pick([
          random.pick(hostileTemplates(random)),
          random.pick(hostileTexts),
          random.pick(hostileValues(random)),
        ]);
        const given: JsonValue = made(value, random.pick([1_000, 15_000])).value;
        const rule = { conditions: [{ field: 'a', operator, value: given }] };
        const text = stringifyJson(rule);
        const name = `a filter by ${operator} of ${value.name}`;
        const read = await counting.workOf(() => readEventFilter(rule));
        if (read > base + blocksPerCharacter * text.length) throw new Error(`reading ${name}: ${read} blocks`);
        if (readEventFilter(rule).problems.length > 0) continue;
        await requireCounted(name, () => decided(text));
      }
    }),
  fuzzTimeoutMs,
);

/** Decides about one event, with a newly compiled filter. */
function* decided(rule: string): Generator<number, void> {
  const { work } = eventFilterOf(rule)({ a: 'text', b: 1 }, { now: new Date(moment.now), timezone: 'UTC' });
  yield work;
}
