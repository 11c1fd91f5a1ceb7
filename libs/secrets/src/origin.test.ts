import { expect, test } from '@jest/globals';
import { originOf } from './origin.ts';

test.each([
  'https://{{ host }}/a',
  'https://h.example{{ rest }}',
  'https://h.example:{{ port }}/',
  'https://h.example:80{{ port }}/',
  'https://h.example:80{{ port }}@evil.example/',
  'https://h.ex{{ middle }}ample/',
  'https://{{ user }}@h.example/',
  'https://{{ user }}:@h.example/',
  '{{ url }}',
  '{% if a %}https://a{% endif %}/',
  '{{ scheme }}://h.example/',
  'http{{ s }}://h.example/',
  'http:{{ u }}',
  'http:{{ u }}//h.example/',
  'http:/{{ u }}/',
  'http:///{{ u }}/',
  'http:////{{ u }}/h.example/',
  'http:\\{{ u }}/',
  'http:\\\\{{ u }}\\h.example/',
  'http:/\\/{{ u }}/',
  'http:/\t/\n/\r{{ u }}/',
  'ht\ntp:/{{ u }}/',
  ' \t http:/{{ u }}/',
  'http:/{% if a %}evil.example{% endif %}/',
  'https://h.example\t{{ rest }}',
  'https://h.example {{ rest }}',
  'https://1{{ rest }}/',
  'https://[::{{ rest }}]/',
])('the data choose the host of %j', (url) => {
  expect(originOf(url)).toBeUndefined();
});

test.each([
  ['https://h.example/{{ path }}', 'https://h.example'],
  ['https://h.example?a={{ b }}', 'https://h.example'],
  ['https://h.example#{{ b }}', 'https://h.example'],
  ['https://h.example\\{{ path }}', 'https://h.example'],
  ['https:h.example/{{ path }}', 'https://h.example'],
  ['https:/h.example/{{ path }}', 'https://h.example'],
  ['https:///H.Example:443/{{ path }}', 'https://h.example'],
  ['http:\\\\h.example:8080\\{{ path }}', 'http://h.example:8080'],
  ['ht\ntp:/\t/h.\rexample/{{ path }}', 'http://h.example'],
  [' https://h.example/ {{ path }}', 'https://h.example'],
  ['https://0x7f.1/{{ path }}', 'https://127.0.0.1'],
  ['https://h.example/{% if a %}b{% endif %}', 'https://h.example'],
  ['https://h.example/@{{ path }}', 'https://h.example'],
  ['https:/h.example/a', 'https://h.example'],
])('the host of %j is written', (url, origin) => {
  expect(originOf(url)).toBe(origin);
});

test.each(['', 'h.example', '//h.example/', 'https://', 'https://[/{{ path }}', 'h.example/{{ path }}'])(
  '%j is not a URL, so it has no origin',
  (url) => {
    expect(originOf(url)).toBeUndefined();
  },
);

// Each value replaces the template, and must not change the origin.
const values = [
  '',
  'x',
  '/',
  '//',
  '\\',
  '@evil.example',
  '.evil.example',
  ':1@evil.example/',
  '//evil.example/',
  '\t/\n',
];
test.each(['https://h.example/{{ v }}', 'https:/h.example?{{ v }}', 'http:\\\\h.example\\{{ v }}/{{ v }}#{{ v }}'])(
  'a written origin of %j is that of every URL it renders to',
  (url) => {
    for (const value of values) {
      expect(new URL(url.replaceAll('{{ v }}', value)).origin).toBe(originOf(url));
    }
  },
);
