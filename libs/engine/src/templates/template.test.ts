import { type JsonObject, type JsonValue, parseJson, stringifyJson } from '@drippulse/json';
import { expect, test } from '@jest/globals';
import { createMeter } from '../meter.ts';
import { startCompiling } from './compiling.ts';
import { compileJson as compileJsonBy } from './json-template.ts';
import type { Scope } from './scope.ts';
import {
  compileHtml as compileHtmlBy,
  compileText as compileTextBy,
  templateProblem as templateProblemBy,
} from './template.ts';

const data: JsonObject = {
  first_name: 'Ada',
  score: 72,
  empty: '',
  nothing: null,
  company: { name: 'Tom & Sons <Ltd>', address: { city: 'London' } },
  tags: ['a', 'b'],
  joined: '2026-05-01T22:30:00Z',
  trap: '{{ score }}',
};

const compileText = (text: string) => compileTextBy(text, startCompiling());
const compileHtml = (text: string) => compileHtmlBy(text, startCompiling());
const compileJson = (value: JsonValue) => compileJsonBy(value, startCompiling());
const templateProblem = (text: string) => templateProblemBy(text, startCompiling());

function scopeOf(more: JsonObject = {}): Scope {
  const now = Date.parse('2026-12-31T23:30:00Z');
  return {
    data: { ...data, ...more },
    now,
    timezone: 'Europe/Berlin',
    contactKey: 'c',
    warnings: new Set(),
    meter: createMeter(),
  };
}

test.each([
  ['plain', 'plain'],
  ['Hi {{ first_name }}!', 'Hi Ada!'],
  ['Hi {{first_name}}', 'Hi Ada'],
  ['{{ company.address.city }}', 'London'],
  ['{{ company["name"] }}', 'Tom & Sons <Ltd>'],
  ['{{ tags[1] }} {{ tags.first }} {{ tags.size }}', 'b a 2'],
  ['{{ score | plus: 1 }}', '73'],
  ['{{ first_name | upcase | append: "?" }}', 'ADA?'],
  ['{{ tags | join: ", " }}', 'a, b'],
  ['{{ tags }} {{ company.address }}', '["a","b"] {"city":"London"}'],
  ['{% if score > 50 %}high{% else %}low{% endif %}', 'high'],
  ['{% case first_name %}{% when "Ada" %}1{% else %}2{% endcase %}', '1'],
  ['{% assign x = first_name | downcase %}{{ x }}', 'ada'],
  ['{% capture x %}{{ first_name }}!{% endcapture %}{{ x }}{{ x }}', 'Ada!Ada!'],
  ['{% raw %}{{ first_name }}{% endraw %}', '{{ first_name }}'],
  ['{{ nobody | default: "you" }}', 'you'],
  // A template is rendered in one pass, so template syntax in a value is never evaluated.
  ['{{ trap }}', '{{ score }}'],
  // Dates use the run's time zone, and `now` is the time at which the step runs.
  ['{{ joined | date: "%d.%m.%Y %H:%M" }}', '02.05.2026 00:30'],
  ['{{ "now" | date: "%Y-%m-%d" }}', '2027-01-01'],
  ['{{ "now" | date: "%H:%M", "UTC" }}', '23:30'],
  ['{{ first_name | date: "%Y" }}', 'Ada'],
])('%s renders %s', (template, expected) => {
  expect(compileText(template)(scopeOf())).toBe(expected);
});

test('HTML escapes values unless the template says raw, text never does', () => {
  const template = '<b>{{ company.name }}</b> {{ company.name | raw }}';
  expect(compileHtml(template)(scopeOf())).toBe('<b>Tom &amp; Sons &lt;Ltd&gt;</b> Tom & Sons <Ltd>');
  expect(compileText(template)(scopeOf())).toBe('<b>Tom & Sons <Ltd></b> Tom & Sons <Ltd>');
});

test.each([
  ['{{ nobody }} {{ company.phone }} {{ nothing }} {{ company.phone }}', ['nobody', 'company.phone', 'nothing']],
  ['{{ nobody | upcase }}', ['nobody']],
  ['{{ nobody.name.deep }}', ['nobody.name.deep']],
  ['{{ nobody | default: "you" }}', []],
  ['{% if nobody %}x{% endif %}', []],
  ['{% if score %}{{ nobody }}{% endif %}', ['nobody']],
  ['{% if nobody %}{{ nobody }}{% endif %}', []],
  ['{{ empty }}', []],
])('%s warns of %j', (template, names) => {
  const scope = scopeOf();
  compileText(template)(scope);
  expect([...scope.warnings]).toEqual(names.map((name) => `${name} is missing and was rendered empty`));
});

test('numbers keep their digits, in text and in JSON', () => {
  const scope = scopeOf({ big: parseJson('9007199254740993'), list: parseJson('[1.50, 2]') });
  expect(compileText('{{ big }} {{ list }} {{ list | join: "+" }} {{ list | json }}')(scope)).toBe(
    '9007199254740993 ["1.50",2] 1.50+2 ["1.50",2]',
  );
  const payload = parseJson('{ "n": 9007199254740993, "text": "{{ big }}", "list": [1.50, "{{ score }}"] }');
  expect(stringifyJson(compileJson(payload)(scope))).toBe(
    '{"n":9007199254740993,"text":"9007199254740993","list":[1.50,"72"]}',
  );
});

test.each([
  '{{ first_name',
  '{% if score %}',
  '{{ first_name | nofilter }}',
  '{% for tag in tags %}{{ tag }}{% endfor %}',
  '{% tablerow tag in tags %}{% endtablerow %}',
  '{% include "/etc/passwd" %}',
  '{% render "/etc/passwd" %}',
  '{% layout "/etc/passwd" %}',
  '{% block x %}{% endblock %}',
  '{% liquid assign x = 1 %}',
  '{% increment x %}',
  '{{ tags | where_exp: "t", "t" }}',
  '{{ tags | sample }}',
])('%s is refused when it is read', (template) => {
  expect(templateProblem(template)).toEqual(expect.any(String));
});

test.each([
  '{{ constructor }}{{ constructor.constructor }}',
  '{{ __proto__ }}{{ company.__proto__.polluted }}',
  '{{ first_name.constructor }}{{ first_name.length.constructor }}',
  '{{ company["constructor"]["prototype"] }}{{ tags.map }}{{ tags.constructor }}',
  '{{ toString }}{{ hasOwnProperty }}{{ valueOf }}',
  '{{ globalThis }}{{ process.env }}{{ require }}{{ this }}',
  '{{ tags | map: "constructor" | join }}',
])('%s reaches nothing', (template) => {
  expect(compileText(template)(scopeOf()).trim()).toBe('');
});

test.each([
  ['doubling', `{% assign x = "0123456789abcdef" %}${'{% assign x = x | append: x %}'.repeat(40)}{{ x }}`],
  ['many outputs', '{{ big }}'.repeat(10_000)],
  ['raw outputs', '{{ big | raw }}'.repeat(10_000)],
  ['captures', `{% capture x %}${'{{ big }}'.repeat(500)}{% endcapture %}{{ x }}`],
  ['replacement', '{{ big | replace: "a", big }}'],
  ['range', '{{ (1..100000000) | join }}'],
  ['padding', '{{ "now" | date: "%999999999Y" }}'],
  ['split', '{{ big | split: "" | join: big }}'],
  ['encoding', `{{ big${' | url_encode'.repeat(15_000)} }}`],
  ['a chain that adds nothing', `{{ big${' | uri_escape'.repeat(15_000)} }}`],
  ['comparisons', '{% if big contains "b" %}{% endif %}'.repeat(5_000)],
  ['cases', `{% case big %}${'{% when big %}'.repeat(5_000)}{% endcase %}`],
  ['arrays of long texts', `${'{% assign x = list | url_encode %}'.repeat(5_000)}`],
  [
    'arrays that contain themselves',
    `${'{% assign list = list | concat: list %}'.repeat(20)}{{ list | upcase | size }}`,
  ],
  ['dates', '{{ "now" | date: "%A %B" }}'.repeat(5_000)],
  ['names of days', `{{ "now" | date: "${'%A'.repeat(50_000)}" }}`],
  ['sorts', '{% assign x = big | split: "" | sort_natural %}'.repeat(5)],
  ['indents', '{{ deep | json: 10 | size }}'.repeat(50)],
  ['long properties', '{{ list | map: big }}'],
])('%s cannot make much work', (_name, template) => {
  const render = compileText(template);
  const deep = parseJson(`${'['.repeat(50)}${'1,'.repeat(5_000)}1${']'.repeat(50)}`);
  const big = 'a'.repeat(50_000);
  expect(() => render(scopeOf({ big, deep, list: [big] }))).toThrow('could not be rendered');
});

test('deeply nested tags fail in the template, not in the process', () => {
  const depth = 20_000;
  const template = `${'{% if score %}'.repeat(depth)}x${'{% endif %}'.repeat(depth)}`;
  const outcome = () => {
    const problem = templateProblem(template);
    return problem ?? compileText(template)(scopeOf());
  };
  try {
    expect(typeof outcome()).toBe('string');
  } catch (error) {
    expect(String(error)).toContain('could not be rendered');
  }
});

test('what no database takes as text does not come out of a template', () => {
  expect(compileText('a{{ "\\u0000" }}b{{ "%00" | url_decode }}c{{ "AAA=" | base64_decode }}d')(scopeOf())).toBe(
    'abcd',
  );
  expect(compileText('{{ "\\ud800" }}')(scopeOf())).toBe('\ufffd');
});

test('the templates of one step share one allowance', () => {
  const scope = scopeOf({ big: 'a'.repeat(900_000) });
  const render = compileText('{{ big }}');
  render(scope);
  render(scope);
  expect(() => render(scope)).toThrow('could not be rendered');
});

test('members of a large object are counted once, however often a step asks for their number', () => {
  let counts = 0;
  const many = new Proxy<JsonObject>(
    { a: 1, b: 2 },
    {
      ownKeys(target) {
        counts += 1;
        return Reflect.ownKeys(target);
      },
    },
  );
  const scope = scopeOf({ many });
  expect(compileText('{{ many.size }}'.repeat(300))(scope)).toBe('2'.repeat(300));
  expect(compileText('{% if many.size == 2 %}y{% endif %}'.repeat(300))(scope)).toBe('y'.repeat(300));
  expect(counts).toBe(1);
});

test('a text with a part that is almost in it many times is searched in one pass', () => {
  const [text, part] = ['a'.repeat(200_000), `${'a'.repeat(50_000)}b${'a'.repeat(50_000)}`];
  const templates = [
    '{% if text contains part %}x{% endif %}',
    '{{ text | replace: part, "" | size }}',
    '{{ text | remove_last: part | size }}',
  ];
  expect(templates.map((template) => compileText(template)(scopeOf({ text, part })))).toEqual(['', '200000', '200000']);
});

test('ten thousand tags are parsed in one pass', () => {
  expect(compileText('{% if score %}x{% endif %}'.repeat(9_000))(scopeOf())).toBe('x'.repeat(9_000));
});

const emptyTag = '{% if nobody %}{% endif %}';

test.each([
  'Hi {{- first_name -}} !',
  '{{ company.name }} {{ company.address }} {{ company.address.city.size }}',
  '{{ nobody }} {{ company.phone.number }} {{ nothing }} {{ empty }}',
  '{{ tags.size }} {{ tags.first }} {{ tags.last }} {{ trap.length }} {{ company.size }}',
  '{{ toString }} {{ company.constructor }} {{ big }} {{ list }}',
])('text and variables alone, as in %s, come out as with a tag beside them', (template) => {
  for (const compile of [compileText, compileHtml]) {
    const [alone, beside] = ['', emptyTag].map((tag) => {
      const scope = scopeOf({ big: parseJson('9007199254740993'), list: parseJson('[1.50, 2]') });
      return { text: compile(template + tag)(scope), warnings: [...scope.warnings] };
    });
    expect(alone).toEqual(beside);
  }
});
