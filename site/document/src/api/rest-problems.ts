import {
  type DescField,
  type DescMethod,
  type DescService,
  type FileRegistry,
  getOption,
  hasOption,
  ScalarType,
} from '@bufbuild/protobuf';
import {
  Auth,
  field as fieldOption,
  type NamedSchema,
  position,
  type Reason,
  rest,
  TestMode,
} from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { Role } from '@drippulse/proto/drippulse/rest/v1/role_pb';
import { http } from '@drippulse/proto/google/api/annotations_pb';
import { servedBy } from '@drippulse/topology';
import { isPublic } from './is-public.ts';
import { reasonsOf, schemasOf } from './read-options.ts';

/** Lists missing and contradictory options of the public API: one line each, with the name at fault. */
export function restProblems(registry: FileRegistry): string[] {
  const services = [...registry].filter((type) => type.kind === 'service').filter(isPublic);
  return [
    ...services.flatMap(serviceProblems),
    ...repeated(services.map((service) => [service.typeName, getOption(service, position)])).map(
      ([name, taken]) => `${name}: another service has the position ${taken}`,
    ),
    ...services.flatMap(({ methods }) => methods.filter((method) => hasOption(method, http))).flatMap(methodProblems),
    ...reasonProblems(reasonsOf(registry)),
    ...schemaProblems(schemasOf(registry)),
  ];
}

function serviceProblems(service: DescService): string[] {
  servedBy(service); // throws when no service of the platform owns the package
  return getOption(service, position) > 0 ? [] : [`${service.typeName}: position is missing`];
}

function methodProblems(method: DescMethod): string[] {
  const name = `${method.parent.typeName}.${method.name}`;
  if (!hasOption(method, rest)) return [`${name}: has a google.api.http rule and no rest option`];
  const { audit, auth, changes, minRole, testMode } = getOption(method, rest);
  const reads = getOption(method, http).pattern.case === 'get';
  const problems: [string, boolean][] = [
    ['min_role is missing', auth !== Auth.NONE && minRole === Role.UNSPECIFIED],
    ['test_mode is missing', testMode === TestMode.UNSPECIFIED],
    ['a GET changes nothing: test_mode is TEST_MODE_READ or TEST_MODE_REFUSE', reads && testMode === TestMode.OWN],
    [
      'changes is missing: the path parameter of the row that the method changes, or `none`',
      testMode === TestMode.OWN && !reads && auth !== Auth.NONE && changes === '',
    ],
    ['changes needs TEST_MODE_OWN', changes !== '' && (testMode === TestMode.READ || testMode === TestMode.REFUSE)],
    [
      `changes "${changes}" is neither a path parameter nor \`none\``,
      !/^(|none)$/.test(changes) && !pathOf(method).includes(`{${changes}}`),
    ],
    [
      'a method that changes a row by its path says which: changes is not `none`',
      changes === 'none' && ['put', 'patch', 'delete'].includes(String(getOption(method, http).pattern.case)),
    ],
    ['audit is missing: `<noun>.<past participle>` or `none`', audit === ''],
    [
      `audit "${audit}" is neither \`<noun>.<past participle>\` nor \`none\``,
      !/^(|none|[a-z_]+\.[a-z_]+)$/.test(audit),
    ],
    ['a method that changes nothing has the audit `none`', testMode === TestMode.READ && !/^(|none)$/.test(audit)],
  ];
  return [
    ...problems.filter(([, applies]) => applies).map(([problem]) => `${name}: ${problem}`),
    ...method.input.fields.flatMap((field) => fieldProblems(field, getOption(method, http).pattern.value ?? '')),
  ];
}

/** Members whose names promise more than their type says. */
function fieldProblems(field: DescField, path: string | object): string[] {
  const { ref, values } = getOption(field, fieldOption);
  const isOfPath = String(path).includes(`{${field.name}}`);
  const problems: [string, boolean][] = [
    ['`values` lists the orders of a list', field.name === 'sort' && values.length === 0],
    [
      '`ref` names the kind of the id of another resource',
      field.scalar === ScalarType.INT64 && /_ids?$/.test(field.name) && ref === '' && !isOfPath,
    ],
  ];
  return problems.filter(([, applies]) => applies).map(([problem]) => `${field.toString()}: ${problem}`);
}

function pathOf(method: DescMethod): string {
  return String(getOption(method, http).pattern.value);
}

function reasonProblems(reasons: readonly Reason[]): string[] {
  return [
    ...repeated(reasons.map(({ name }) => [name, name])).map(([name]) => `reason ${name}: declared twice`),
    ...reasons.flatMap(({ name, status, meaning }) => [
      ...(/^[a-z][a-z_]*$/.test(name) ? [] : [`reason "${name}": is not snake_case`]),
      ...(status >= 400 && status <= 599 ? [] : [`reason ${name}: ${status} is no status of an error`]),
      ...(meaning === '' ? [`reason ${name}: has no meaning`] : []),
    ]),
  ];
}

function schemaProblems(schemas: readonly NamedSchema[]): string[] {
  return [
    ...repeated(schemas.map(({ name }) => [name, name])).map(([name]) => `schema ${name}: declared twice`),
    ...schemas.flatMap(({ name, schema, example }) =>
      [schema, example].every(isJson) ? [] : [`schema ${name}: schema or example is not JSON`],
    ),
  ];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The pairs whose second part is that of an earlier pair. */
function repeated<T>(pairs: [string, T][]): [string, T][] {
  return pairs.filter(([, value], index) => pairs.findIndex(([, other]) => other === value) < index);
}
