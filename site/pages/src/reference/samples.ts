import { exampleOf } from './example-of.ts';
import type { OpenApi, RawParameter } from './openapi.ts';
import type { Operation } from './operations.ts';

/** Addresses of the API and of the installation, as samples write them. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: of the shell
const inShell = ['$API_BASE', '${API_BASE%/api/v1}'] as const;
// biome-ignore lint/suspicious/noTemplateCurlyInString: of the sample
const inTypescript = ['${API_BASE}', "${API_BASE.replace('/api/v1', '')}"] as const;

// biome-ignore lint/suspicious/noTemplateCurlyInString: of the sample
const bearer = '`Bearer ${TOKEN}`';

/** Returns a sample call of an operation in the shell, with the environment variables `API_BASE` and `TOKEN`. */
export function curlSample(document: OpenApi, operation: Operation): string {
  const { method, body } = operation;
  // `-N` makes curl show events as they arrive.
  const flags = `-sS${isEvents(operation) ? 'N' : ''}${method === 'GET' ? '' : ` -X ${method}`}`;
  const lines = [`curl ${flags} "${addressIn(document, operation, inShell)}"`];
  if (needsCredential(operation)) lines.push('-H "Authorization: Bearer $TOKEN"');
  if (isRepeatable(operation)) lines.push("-H 'Idempotency-Key: a-key-of-your-own'");
  if (body !== undefined) {
    lines.push(`-H 'Content-Type: ${body.type}'`);
    lines.push(
      isJson(body.type) ? `-d '${bodyText(document, operation).replaceAll("'", "'\\''")}'` : '--data-binary @file',
    );
  }
  return lines.join(' \\\n  ');
}

/** Returns a sample call of an operation in TypeScript or JavaScript, with the constants `API_BASE` and `TOKEN`. */
export function typescriptSample(document: OpenApi, operation: Operation): string {
  const { method, body } = operation;
  const headers = [
    ...(needsCredential(operation) ? [`    Authorization: ${bearer},`] : []),
    ...(isRepeatable(operation) ? ["    'Idempotency-Key': crypto.randomUUID(),"] : []),
    ...(body === undefined ? [] : [`    'Content-Type': '${body.type}',`]),
  ];
  const json = body === undefined || !isJson(body.type) ? undefined : bodyText(document, operation);
  const options = [
    ...(method === 'GET' ? [] : [`  method: '${method}',`]),
    ...(headers.length === 0 ? [] : ['  headers: {', ...headers, '  },']),
    ...(body === undefined ? [] : [`  body: ${json === undefined ? 'file' : `JSON.stringify(${indent(json)})`},`]),
  ];
  const address = addressIn(document, operation, inTypescript);
  const call = options.length === 0 ? `fetch(\`${address}\`)` : `fetch(\`${address}\`, {\n${options.join('\n')}\n})`;
  return [
    ...(body === undefined || json !== undefined ? [] : [`const file = ${fileText(body.type)};`]),
    `const response = await ${call};`,
    `if (!response.ok) throw new Error(${answersPages(operation) ? 'await response.text()' : '(await response.json()).message'});`,
    ...answerLines(operation),
  ].join('\n');
}

/** Whether an error may be a page for people. */
function answersPages({ answers }: Operation): boolean {
  return answers.some(({ type }) => type === 'text/html');
}

/** Returns the smallest valid file of a type, as a literal. */
function fileText(type: string): string {
  return type === 'text/csv' ? String.raw`'email\nada@example.com\n'` : "'{}'";
}

function answerLines(operation: Operation): string[] {
  const type = typeOfSuccess(operation);
  if (type === undefined) return [];
  if (isEvents(operation)) {
    return ['for await (const text of response.body.pipeThrough(new TextDecoderStream())) console.log(text);'];
  }
  return [`const answer = await response.${isJson(type) ? 'json' : 'text'}();`];
}

function typeOfSuccess({ answers }: Operation): string | undefined {
  return answers.find(({ status }) => /^2/.test(status))?.type;
}

/** Whether the response is an endless stream of events. */
function isEvents(operation: Operation): boolean {
  return typeOfSuccess(operation) === 'text/event-stream';
}

function addressIn(document: OpenApi, operation: Operation, [base, origin]: readonly [string, string]): string {
  const path = operation.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const parameter = operation.parameters.find((each) => each.in === 'path' && each.name === name);
    return encodeURIComponent(String(parameter === undefined ? name : exampleValue(document, parameter)));
  });
  const query = operation.parameters
    .filter((parameter) => parameter.in === 'query' && parameter.required)
    .map((parameter) => `${parameter.name}=${encodeURIComponent(String(exampleValue(document, parameter)))}`)
    .join('&');
  const address = path.startsWith('/api/v1/') ? base + path.slice('/api/v1'.length) : origin + path;
  return query === '' ? address : `${address}?${query}`;
}

function exampleValue(document: OpenApi, parameter: RawParameter): unknown {
  return parameter.example ?? exampleOf(document, parameter.schema);
}

function bodyText(document: OpenApi, { body }: Operation): string {
  const given = body?.media.example ?? Object.values(body?.media.examples ?? {})[0]?.value;
  const made = given ?? exampleOf(document, body?.media.schema);
  return JSON.stringify(typeof made === 'object' ? made : {}, null, 2);
}

function indent(json: string): string {
  return json.replaceAll('\n', '\n  ');
}

function needsCredential({ access }: Operation): boolean {
  return !access.some(([name, text]) => name === 'Credential' && text === 'none');
}

function isRepeatable({ access }: Operation): boolean {
  return access.some(([name]) => name === 'Repeats');
}

function isJson(type: string): boolean {
  return /[/+]json\b/.test(type);
}
