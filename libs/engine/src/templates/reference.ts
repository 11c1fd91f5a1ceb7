/** A tag, filter or operator of templates, and an example that renders `output` with the fixture `demo`. */
export type TemplateFeature = { name: string; description: string; example: string; output: string };

function feature(name: string, description: string, example: string, output: string): TemplateFeature {
  return { name, description, example, output };
}

/** The tags that templates may use. */
export const templateTags: readonly TemplateFeature[] = [
  feature(
    'if',
    'Text for a condition; also elsif, else and endif.',
    '{% if score > 50 %}warm{% else %}cold{% endif %}',
    'warm',
  ),
  feature('unless', 'Text unless a condition holds.', '{% unless phone %}no phone{% endunless %}', ''),
  feature(
    'case',
    'Text by the value of a variable.',
    '{% case city %}{% when "London" %}UK{% else %}?{% endcase %}',
    'UK',
  ),
  feature('assign', 'Sets a variable of the template.', '{% assign name = first_name | upcase %}{{ name }}', 'ADA'),
  feature(
    'capture',
    'Sets a variable to a text.',
    '{% capture line %}Hi {{ first_name }}{% endcapture %}{{ line }}',
    'Hi Ada',
  ),
  feature('comment', 'Text that is left out.', 'a{% comment %} nobody sees this {% endcomment %}b', 'ab'),
  feature('raw', 'Text as it stands.', '{% raw %}{{ first_name }}{% endraw %}', '{{ first_name }}'),
  feature('#', 'A comment of one line.', 'a{% # nobody sees this %}b', 'ab'),
];

/** The operators of conditions in tags. */
export const templateOperators: readonly TemplateFeature[] = [
  feature('==', 'Is equal.', '{% if city == "London" %}yes{% endif %}', 'yes'),
  feature('!=', 'Is not equal.', '{% if city != "Paris" %}yes{% endif %}', 'yes'),
  feature('>', 'Is greater.', '{% if score > 50 %}yes{% endif %}', 'yes'),
  feature('<', 'Is less.', '{% if score < 80 %}yes{% endif %}', 'yes'),
  feature('>=', 'Is greater or equal.', '{% if score >= 72 %}yes{% endif %}', 'yes'),
  feature('<=', 'Is less or equal.', '{% if score <= 72 %}yes{% endif %}', 'yes'),
  feature('contains', 'A text has a part, or a list an element.', '{% if tags contains "demo" %}yes{% endif %}', 'yes'),
  feature('not', 'The opposite.', '{% if not unknown %}yes{% endif %}', 'yes'),
  feature('and', 'Both hold.', '{% if score > 50 and phone %}yes{% endif %}', 'yes'),
  feature('or', 'One of two holds.', '{% if score > 90 or phone %}yes{% endif %}', 'yes'),
];

/** The filters that templates may use. */
export const templateFilters: readonly TemplateFeature[] = [
  feature('append', 'Adds a text at the end.', '{{ first_name | append: "!" }}', 'Ada!'),
  feature('prepend', 'Adds a text at the beginning.', '{{ first_name | prepend: "Dear " }}', 'Dear Ada'),
  feature('capitalize', 'Begins with a capital, the rest in small letters.', '{{ "aDA" | capitalize }}', 'Ada'),
  feature('downcase', 'In small letters.', '{{ first_name | downcase }}', 'ada'),
  feature('upcase', 'In capitals.', '{{ first_name | upcase }}', 'ADA'),
  feature('strip', 'Without spaces at both ends.', '{{ " a " | strip }}', 'a'),
  feature('lstrip', 'Without spaces at the beginning.', '{{ " a" | lstrip }}', 'a'),
  feature('rstrip', 'Without spaces at the end.', '{{ "a " | rstrip }}', 'a'),
  feature(
    'truncate',
    'At most so many characters, with an ellipsis.',
    '{{ company_name | truncate: 13 }}',
    'Analytical...',
  ),
  feature('default', 'Another value for one that is missing or empty.', '{{ nickname | default: "you" }}', 'you'),
  feature('size', 'Number of characters or elements.', '{{ tags | size }}', '2'),
  feature('first', 'First element.', '{{ tags | first }}', 'demo'),
  feature('last', 'Last element.', '{{ tags | last }}', 'newsletter'),
  feature('slice', 'A part, from a position and of a length.', '{{ first_name | slice: 0, 2 }}', 'Ad'),
  feature('reverse', 'Elements in reverse.', '{{ tags | reverse | join: ", " }}', 'newsletter, demo'),
  feature('compact', 'Elements without missing ones.', '{{ tags | compact | size }}', '2'),
  feature('concat', 'Two lists in one.', '{{ tags | concat: tags | size }}', '4'),
  feature('join', 'Elements as a text.', '{{ tags | join: " and " }}', 'demo and newsletter'),
  feature('to_integer', 'A text as a whole number.', '{{ "12" | to_integer | plus: 1 }}', '13'),
  feature(
    'strip_newlines',
    'Without line feeds.',
    '{% capture text %}a\nb{% endcapture %}{{ text | strip_newlines }}',
    'ab',
  ),
  feature('plus', 'A sum.', '{{ score | plus: 1 }}', '73'),
  feature('minus', 'A difference.', '{{ score | minus: 2 }}', '70'),
  feature('times', 'A product.', '{{ score | times: 2 }}', '144'),
  feature('divided_by', 'A quotient.', '{{ score | divided_by: 8 }}', '9'),
  feature('modulo', 'A remainder.', '{{ score | modulo: 10 }}', '2'),
  feature('round', 'Rounded, to so many digits.', '{{ 2.345 | round: 1 }}', '2.3'),
  feature('ceil', 'Rounded up.', '{{ 2.1 | ceil }}', '3'),
  feature('floor', 'Rounded down.', '{{ 2.9 | floor }}', '2'),
  feature('abs', 'Without its sign.', '{{ -3 | abs }}', '3'),
  feature('at_least', 'Not below a number.', '{{ score | at_least: 80 }}', '80'),
  feature('at_most', 'Not above a number.', '{{ score | at_most: 50 }}', '50'),
  feature('replace', 'Replaces each occurrence.', '{{ "a-a" | replace: "a", "b" }}', 'b-b'),
  feature('replace_first', 'Replaces the first occurrence.', '{{ "a-a" | replace_first: "a", "b" }}', 'b-a'),
  feature('replace_last', 'Replaces the last occurrence.', '{{ "a-a" | replace_last: "a", "b" }}', 'a-b'),
  feature('remove', 'Removes each occurrence.', '{{ "a-a" | remove: "a" }}', '-'),
  feature('remove_first', 'Removes the first occurrence.', '{{ "a-a" | remove_first: "a" }}', '-a'),
  feature('remove_last', 'Removes the last occurrence.', '{{ "a-a" | remove_last: "a" }}', 'a-'),
  feature('split', 'A text as a list.', '{{ "a,b" | split: "," | last }}', 'b'),
  feature('strip_html', 'Without HTML tags.', '{{ "<b>a</b>" | strip_html }}', 'a'),
  feature(
    'newline_to_br',
    'Line feeds as HTML.',
    '{% capture text %}a\nb{% endcapture %}{{ text | newline_to_br }}',
    'a<br />\nb',
  ),
  feature('escape', 'Escaped for HTML.', '{{ "<b>" | escape }}', '&lt;b&gt;'),
  feature('escape_once', 'The same, without escaping twice.', '{{ "&lt;b>" | escape_once }}', '&lt;b&gt;'),
  feature('url_encode', 'Encoded for a query.', '{{ "a b&c" | url_encode }}', 'a+b%26c'),
  feature('url_decode', 'Decoded from a query.', '{{ "a+b" | url_decode }}', 'a b'),
  feature(
    'uri_escape',
    'Encoded as a whole address.',
    '{{ "https://example.com/a b" | uri_escape }}',
    'https://example.com/a%20b',
  ),
  feature('slugify', 'As a part of an address.', '{{ "Big News!" | slugify }}', 'big-news'),
  feature('truncatewords', 'At most so many words.', '{{ "one two three" | truncatewords: 2 }}', 'one two...'),
  feature('uniq', 'Elements once.', '{{ tags | concat: tags | uniq | size }}', '2'),
  feature('json', 'As JSON.', '{{ tags | json }}', '["demo","newsletter"]'),
  feature('base64_encode', 'As base64.', '{{ first_name | base64_encode }}', 'QWRh'),
  feature('base64_decode', 'From base64.', '{{ "QWRh" | base64_decode }}', 'Ada'),
  feature('map', 'A property of each element.', '{{ orders | map: "id" | join: "," }}', ''),
  feature('sum', 'Sum of the elements, or of a property.', '{{ "1,2" | split: "," | sum }}', '3'),
  feature('sort', 'Elements in order.', '{{ "b,a" | split: "," | sort | join: "," }}', 'a,b'),
  feature('sort_natural', 'The same, in any case.', '{{ "b,A" | split: "," | sort_natural | join: "," }}', 'A,b'),
  feature(
    'date',
    "A time in a format, in the run's time zone or another.",
    '{{ last_activity_at | date: "%d.%m.%Y %H:%M", "Europe/Berlin" }}',
    '15.01.2026 10:30',
  ),
  feature('raw', 'Not escaped in an HTML body.', '{{ first_name | raw }}', 'Ada'),
];
