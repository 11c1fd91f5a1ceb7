import { renderInline, renderText } from '../markdown/render.ts';
import { codeBlock } from '../page/code-block.ts';
import { escapeHtml } from '../page/escape-html.ts';
import { bareForm, type OpenApi } from './openapi.ts';
import type { Answer, Operation } from './operations.ts';
import { curlSample, typescriptSample } from './samples.ts';
import { memberList, membersHtml, typeHtml } from './schema-html.ts';

/** Renders method and path, the method as a badge. */
export function callHtml({ method, path }: Pick<Operation, 'method' | 'path'>): string {
  // A line may break after each slash of the path. The tags for this are added last, because tags contain slashes too.
  const shown = escapeHtml(path)
    .replaceAll('/', '/<wbr>')
    .replaceAll(/\{[^}]+\}/g, '<var>$&</var>');
  return `<span class="method ${method.toLowerCase()}">${method}</span> <code class="path">${shown}</code>`;
}

/** Renders the section of an operation: its description on the left, its call on the right. */
export function operationHtml(document: OpenApi, operation: Operation): string {
  const { id, summary, description, access, isDeprecated } = operation;
  const anchor = escapeHtml(id);
  return `<section class="operation" aria-labelledby="${anchor}">
<div class="about">
<h2 id="${anchor}"><a class="heading" href="#${anchor}">${renderInline(summary)}</a></h2>
<p class="call">${callHtml(operation)}</p>
${isDeprecated ? '<p class="deprecated"><strong>Deprecated.</strong></p>\n' : ''}${renderText(description)}
<dl class="access">${access.map(([name, text]) => `<div><dt>${name}</dt><dd>${renderInline(text)}</dd></div>`).join('')}</dl>
${parametersHtml(document, operation, 'path', 'Path')}${parametersHtml(document, operation, 'query', 'Query')}${parametersHtml(document, operation, 'header', 'Headers')}${bodyHtml(document, operation)}${answersHtml(operation)}
</div>
${samplesHtml(document, operation)}
</section>`;
}

function parametersHtml(document: OpenApi, operation: Operation, where: string, title: string): string {
  const parameters = operation.parameters.filter((parameter) => parameter.in === where);
  if (parameters.length === 0) return '';
  const members = parameters.map(({ name, schema = {}, required = false, description }) => {
    return { name, schema, isRequired: required, description };
  });
  return `<h3>${title}</h3>\n${memberList(document, members, 'request')}`;
}

function bodyHtml(document: OpenApi, { body }: Operation): string {
  if (body === undefined) return '';
  const schema = bareForm(body.media.schema ?? {});
  const members = membersHtml(document, schema, 'request');
  const need = body.isRequired ? '' : ' <span class="type">optional</span>';
  return `<h3>Body <span class="type">${escapeHtml(body.type)}</span>${need}</h3>\n${renderText(body.description)}${members === '' ? `<p class="type">${typeHtml(schema)}</p>` : members}\n`;
}

function answersHtml({ answers }: Operation): string {
  const rows = answers.map(
    ({ status, description, media, codes }) =>
      `<div><dt><code class="status s${status[0]}">${escapeHtml(status === 'default' ? 'others' : status)}</code></dt><dd>${renderInline(description)}${answerType({ status, media })}${codesHtml(codes)}</dd></div>`,
  );
  return `<h3>Answers</h3>\n<dl class="answers">\n${rows.join('\n')}\n</dl>`;
}

function answerType({ status, media }: Pick<Answer, 'status' | 'media'>): string {
  const isNamed = /^2/.test(status) && media.schema !== undefined && Object.keys(media.schema).length > 0;
  return isNamed && media.schema !== undefined ? ` <span class="type">${typeHtml(media.schema)}</span>` : '';
}

function codesHtml(codes: readonly string[]): string {
  if (codes.length === 0) return '';
  const links = codes.map(
    (code) => `<a href="/docs/errors.html#${escapeHtml(code)}"><code>${escapeHtml(code)}</code></a>`,
  );
  return `<p class="codes">${links.join(' ')}</p>`;
}

function samplesHtml(document: OpenApi, operation: Operation): string {
  const success = operation.answers.find(({ status }) => /^2/.test(status));
  const answer = success?.media.example ?? Object.values(success?.media.examples ?? {})[0]?.value;
  const shown = answer === undefined ? '' : codeBlock(JSON.stringify(answer, null, 2), 'json');
  return `<div class="samples">
<div class="tabs" data-tabs="language">
<section data-tab="curl"><h3>curl</h3>
${codeBlock(curlSample(document, operation), 'sh')}</section>
<section data-tab="TypeScript"><h3>TypeScript</h3>
${codeBlock(typescriptSample(document, operation), 'ts')}</section>
</div>
${shown === '' ? '' : `<section><h3>Answer ${success?.status}</h3>\n${shown}</section>`}
</div>`;
}
