import { bareForm, membersOf, type OpenApi, type Schema, wholeSchema } from './openapi.ts';
import type { Operation } from './operations.ts';
import { curlSample } from './samples.ts';
import { typeOf } from './schema-type.ts';

/**
 * Renders an operation as Markdown, for agents. It has the same facts as the operation's HTML, in the order in which a
 * caller needs them.
 */
export function operationMarkdown(document: OpenApi, operation: Operation): string {
  const { id, method, path, summary, description, access, body } = operation;
  const of = (where: string) => operation.parameters.filter((parameter) => parameter.in === where);
  const parts = [
    `## ${summary}`,
    `\`${method} ${path}\` · \`${id}\``,
    description,
    access.map(([name, text]) => `- ${name}: ${text}`).join('\n'),
    ...['path', 'query', 'header'].map((where) =>
      list(
        `Parameters (${where})`,
        of(where).map(({ name, schema = {}, required = false, description: text }) =>
          memberLine(document, name, schema, required, text),
        ),
      ),
    ),
    body === undefined
      ? ''
      : [
          `Body (\`${body.type}\`)${body.isRequired ? '' : ', optional'}:`,
          body.description,
          membersMarkdown(document, bareForm(body.media.schema ?? {}), 'request'),
        ]
          .filter((text) => text !== '')
          .join('\n\n'),
    list(
      'Answers',
      operation.answers.map(({ status, description: text, media, codes }) => {
        const type = /^2/.test(status) && media.schema !== undefined ? ` ${typeText(media.schema)}.` : '';
        const reasons = codes.length === 0 ? '' : ` ${codes.map((code) => `\`${code}\``).join(', ')}.`;
        return `- ${status === 'default' ? 'others' : status}: ${text}${type}${reasons}`;
      }),
    ),
    `\`\`\`sh\n${curlSample(document, operation)}\n\`\`\``,
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** Renders the members of an object, one per line. */
export function membersMarkdown(document: OpenApi, schema: Schema, direction: 'request' | 'answer'): string {
  return membersOf(document, schema)
    .map(({ name, schema: member, isRequired }) =>
      memberLine(document, name, member, direction === 'request' && isRequired),
    )
    .join('\n');
}

function memberLine(
  document: OpenApi,
  name: string,
  schema: Schema,
  isRequired: boolean,
  description = schema.description ?? '',
): string {
  const values = wholeSchema(document, schema).enum?.map((value) => `\`${value}\``);
  const facts = values === undefined ? '' : ` One of ${values.join(', ')}.`;
  const text = description.replaceAll(/\s*\n\s*/g, ' ');
  return `- \`${name}\` (${typeText(schema)}${isRequired ? ', required' : ''}): ${text}${facts}`.trimEnd();
}

function typeText(schema: Schema): string {
  return typeOf(schema, (name) => name);
}

function list(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${title}:\n\n${lines.join('\n')}`;
}
