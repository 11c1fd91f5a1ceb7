import { clone, create, createFileRegistry, type DescFile, getExtension, setExtension } from '@bufbuild/protobuf';
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  FileOptionsSchema,
  type MethodOptions,
} from '@bufbuild/protobuf/wkt';
import {
  Auth,
  Body,
  DeprecationSchema,
  Effect,
  type MethodRest,
  NamedSchemaSchema,
  ReasonSchema,
  reason,
  rest,
  schema,
  TestMode,
} from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { file_drippulse_webhooks_v1_webhooks } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { expect, test } from '@jest/globals';
import { restProblems } from '../src/api/rest-problems.ts';

/** Returns the problems of the webhooks file after a change to the file. */
function problemsAfter(change: (file: FileDescriptorProto) => void): string[] {
  const [file, ...imported] = withImports(file_drippulse_webhooks_v1_webhooks);
  const changed = clone(FileDescriptorProtoSchema, file.proto);
  change(changed);
  const set = create(FileDescriptorSetSchema, { file: [...imported.map(({ proto }) => proto).reverse(), changed] });
  return restProblems(createFileRegistry(set));
}

/** Returns a file, followed by the files that it imports. */
function withImports(file: DescFile): [DescFile, ...DescFile[]] {
  return [file, ...file.dependencies.flatMap(withImports)];
}

function optionsOf(file: FileDescriptorProto, methodName: string): MethodOptions {
  const methods = file.service.flatMap((service) => service.method);
  const options = methods.find(({ name }) => name === methodName)?.options;
  if (options === undefined) throw new Error(`no ${methodName}`);
  return options;
}

const stream = { body: Body.STREAM, requestMediaTypes: ['text/csv'] };

test('the committed options have no fault', () => {
  expect(problemsAfter(() => undefined)).toEqual([]);
});

test.each<[string, string, (option: MethodRest) => void, string]>([
  ['no test_mode', 'UpdateWebhook', (option) => (option.testMode = TestMode.UNSPECIFIED), 'test_mode is missing'],
  ['no audit', 'UpdateWebhook', (option) => (option.audit = ''), 'audit is missing'],
  ['no min_role', 'UpdateWebhook', (option) => (option.minRole = 0), 'min_role is missing'],
  ['an audit of one word', 'UpdateWebhook', (option) => (option.audit = 'updated'), 'audit "updated" is neither'],
  ['a GET with OWN', 'GetWebhook', (option) => (option.testMode = TestMode.OWN), 'a GET changes nothing'],
  ['a read that is audited', 'GetWebhook', (option) => (option.audit = 'webhook.read'), 'has the audit `none`'],
  ['OWN without changes', 'UpdateWebhook', (option) => (option.changes = ''), 'changes is missing'],
  ['changes of a read', 'GetWebhook', (option) => (option.changes = 'id'), 'changes needs TEST_MODE_OWN'],
  [
    'a changed row that the path does not name',
    'TestWebhook',
    (option) => (option.changes = 'x'),
    'changes "x" is neither',
  ],
  ['a PATCH without what shows its row', 'UpdateWebhook', (option) => (option.shownBy = ''), 'shown_by is missing'],
  ['a PATCH whose row nothing shows', 'UpdateWebhook', (option) => (option.shownBy = 'none'), 'a PATCH needs a GET'],
  ['a row shown by a list', 'DeleteWebhook', (option) => (option.shownBy = 'ListWebhooks'), 'is no GET of one row'],
  [
    'a PATCH of a row without a revision',
    'UpdateWebhook',
    (option) => (option.shownBy = 'GetRecovery'),
    'PART_REVISION',
  ],
  ['shown_by of a read', 'GetWebhook', (option) => (option.shownBy = 'GetWebhook'), 'is for PATCH and DELETE'],
  [
    'any scope where no credential is needed',
    'UpdateWebhook',
    (option) => Object.assign(option, { auth: Auth.NONE, anyScope: true, maxBodyBytes: 4096n }),
    'any_scope is for methods',
  ],
  [
    'a body of strangers without a bound',
    'UpdateWebhook',
    (option) => (option.auth = Auth.NONE),
    'a body without a credential needs max_body_bytes',
  ],
  [
    'a stream of strangers, which no bound holds',
    'UpdateWebhook',
    (option) => Object.assign(option, { ...stream, auth: Auth.NONE, maxBodyBytes: 4096n }),
    'a body without a credential needs max_body_bytes',
  ],
  ['no operation_id', 'UpdateWebhook', (option) => (option.operationId = ''), 'operation_id is missing'],
  ['an id in camel case', 'UpdateWebhook', (option) => (option.operationId = 'webhooks.updateIt'), 'is not a path of'],
  ['an id of one word', 'UpdateWebhook', (option) => (option.operationId = 'update'), 'is not a path of'],
  ['an id that is there', 'UpdateWebhook', (option) => (option.operationId = 'webhooks.get'), 'another method has'],
  ['no effect', 'UpdateWebhook', (option) => (option.effect = Effect.UNSPECIFIED), 'effect is missing'],
  ['a GET with an effect', 'GetWebhook', (option) => (option.effect = Effect.WRITE), 'a GET changes nothing: effect'],
  [
    'no effect of a change',
    'UpdateWebhook',
    (option) => (option.effect = Effect.NONE),
    'that is audited has an effect',
  ],
  ['raw types of JSON', 'UpdateWebhook', (option) => option.requestMediaTypes.push('a/b'), 'needs a raw body'],
  ['raw types of an answer', 'GetWebhook', (option) => option.responseMediaTypes.push('a/b'), 'an answer in raw bytes'],
  [
    'an end before its beginning',
    'GetWebhook',
    (option) => (option.deprecated = create(DeprecationSchema, { since: '2027-01-01', sunset: '2026-01-01' })),
    'deprecated needs `since`',
  ],
  ['a constant with parameters', 'GetWebhook', (option) => (option.constant = true), 'constant is for a GET'],
  ['a PATCH that changes none', 'UpdateWebhook', (option) => (option.changes = 'none'), 'says which'],
])('%s fails with the name of the RPC', (_case, method, change, problem) => {
  const [first, ...others] = problemsAfter((file) => {
    const options = optionsOf(file, method);
    const option = getExtension(options, rest);
    change(option);
    setExtension(options, rest, option);
  });
  expect(first).toMatch(new RegExp(`^drippulse\\.webhooks\\.v1\\.WebhooksService\\.${method}: `));
  expect(first).toContain(problem);
  expect(others).toEqual([]);
});

test('an id that is also a resource fails, because no client can have both', () => {
  const problems = problemsAfter((file) => {
    const options = optionsOf(file, 'UpdateWebhook');
    const option = getExtension(options, rest);
    option.operationId = 'webhooks.deliveries';
    setExtension(options, rest, option);
  });
  expect(problems).toEqual([
    expect.stringMatching(/UpdateWebhook: the operation_id "webhooks.deliveries" is also the/),
  ]);
});

test('a route without the rest option fails with the name of the RPC', () => {
  const problems = problemsAfter((file) => {
    const options = optionsOf(file, 'ListWebhooks');
    options.$unknown = options.$unknown?.filter(({ no }) => no !== rest.number);
  });
  expect(problems).toEqual([
    'drippulse.webhooks.v1.WebhooksService.ListWebhooks: has a google.api.http rule and no rest option',
  ]);
});

test('an order of a list without its values, and an id without its kind, fail with the name of the member', () => {
  const problems = problemsAfter((file) => {
    const request = file.messageType.find(({ name }) => name === 'ListWebhooksRequest');
    if (request === undefined) throw new Error('no ListWebhooksRequest');
    const { INT64, STRING } = FieldDescriptorProto_Type;
    const label = FieldDescriptorProto_Label.OPTIONAL;
    request.field.push(
      create(FieldDescriptorProtoSchema, { name: 'sort', jsonName: 'sort', number: 90, type: STRING, label }),
      create(FieldDescriptorProtoSchema, { name: 'user_id', jsonName: 'userId', number: 91, type: INT64, label }),
    );
  });
  expect(problems).toEqual([
    expect.stringMatching(/ListWebhooksRequest\.sort: `values` lists the orders of a list$/),
    expect.stringMatching(/ListWebhooksRequest\.user_id: `ref` names the kind of the id of another resource$/),
  ]);
});

test('a list of rows without its filters fails with their names; a catalog needs none', () => {
  const problems = problemsAfter((file) => {
    const request = file.messageType.find(({ name }) => name === 'ListWebhooksRequest');
    if (request === undefined) throw new Error('no ListWebhooksRequest');
    request.field = request.field.filter(({ name }) => !['created_until', 'ids'].includes(name));
  });
  expect(problems).toEqual([
    expect.stringMatching(/ListWebhooksRequest: a list of rows has the filter `created_until`, a timestamp$/),
    expect.stringMatching(/ListWebhooksRequest: a list of rows has the filter `ids`, a list with `most_items`$/),
  ]);
});

test('reasons and schemas fail by their name when they are declared twice or malformed', () => {
  const problems = problemsAfter((file) => {
    file.options ??= create(FileOptionsSchema);
    setExtension(file.options, reason, [
      ...getExtension(file.options, reason),
      create(ReasonSchema, { name: 'webhook_not_found', status: 404, meaning: 'Again.' }),
      create(ReasonSchema, { name: 'too_good', status: 200, meaning: 'It worked.' }),
    ]);
    setExtension(file.options, schema, [create(NamedSchemaSchema, { name: 'Broken', schema: '{', example: '1' })]);
  });
  expect(problems).toEqual([
    'reason webhook_not_found: declared twice',
    'reason too_good: 200 is no status of an error',
    'schema Broken: schema or example is not JSON',
  ]);
});
