import { clone, create, createFileRegistry, type DescFile, getExtension, setExtension } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema, MethodOptionsSchema } from '@bufbuild/protobuf/wkt';
import { type MethodRest, rest, TestMode } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { file_drippulse_webhooks_v1_webhooks } from '@drippulse/proto/drippulse/webhooks/v1/webhooks_pb';
import { expect, test } from '@jest/globals';
import { restProblems } from '../src/api/rest-problems.ts';

/** The file of webhooks and what it imports, with other rest options of one method. */
function webhooksWith(methodName: string, change: (option: MethodRest) => void) {
  const [file, ...imported] = withImports(file_drippulse_webhooks_v1_webhooks);
  const changed = clone(FileDescriptorProtoSchema, file.proto);
  const method = changed.service.flatMap((service) => service.method).find(({ name }) => name === methodName);
  const options = method?.options;
  if (options === undefined) throw new Error(`no ${methodName}`);
  const option = getExtension(options, rest);
  change(option);
  setExtension(options, rest, option);
  const set = create(FileDescriptorSetSchema, { file: [...imported.map(({ proto }) => proto).reverse(), changed] });
  return createFileRegistry(set);
}

/** A file before the files that it imports. */
function withImports(file: DescFile): [DescFile, ...DescFile[]] {
  return [file, ...file.dependencies.flatMap(withImports)];
}

test('the options as they are have no fault', () => {
  expect(restProblems(webhooksWith('UpdateWebhook', () => undefined))).toEqual([]);
});

test.each<[string, string, (option: MethodRest) => void, string]>([
  ['test_mode', 'UpdateWebhook', (option) => (option.testMode = TestMode.UNSPECIFIED), 'test_mode is missing'],
  ['audit', 'UpdateWebhook', (option) => (option.audit = ''), 'audit is missing'],
  ['min_role', 'UpdateWebhook', (option) => (option.minRole = 0), 'min_role is missing'],
  ['an audit of one word', 'UpdateWebhook', (option) => (option.audit = 'updated'), 'audit "updated" is neither'],
  ['a GET with OWN', 'GetWebhook', (option) => (option.testMode = TestMode.OWN), 'a GET changes nothing'],
  ['a read that is audited', 'GetWebhook', (option) => (option.audit = 'webhook.read'), 'has the audit `none`'],
  ['live_only of a read', 'GetWebhook', (option) => (option.liveOnly = true), 'live_only needs TEST_MODE_OWN'],
])('%s: the RPC at fault is named', (_case, method, change, problem) => {
  expect(restProblems(webhooksWith(method, change))).toEqual([
    expect.stringContaining(`drippulse.webhooks.v1.WebhooksService.${method}: `),
  ]);
  expect(restProblems(webhooksWith(method, change))[0]).toContain(problem);
});

test('a method with a route and without the rest option is named', () => {
  const [file, ...imported] = withImports(file_drippulse_webhooks_v1_webhooks);
  const changed = clone(FileDescriptorProtoSchema, file.proto);
  const [first] = changed.service.flatMap((service) => service.method);
  if (first?.options === undefined) throw new Error('no method');
  const { $unknown } = first.options;
  first.options = create(MethodOptionsSchema);
  first.options.$unknown = $unknown?.filter(({ no }) => no !== rest.number);
  const set = create(FileDescriptorSetSchema, { file: [...imported.map(({ proto }) => proto).reverse(), changed] });
  expect(restProblems(createFileRegistry(set))).toEqual([
    'drippulse.webhooks.v1.WebhooksService.ListWebhooks: has a google.api.http rule and no rest option',
  ]);
});
