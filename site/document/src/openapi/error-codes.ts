import { type DescFile, type DescMessage, getOption } from '@bufbuild/protobuf';
import { isRepeatable, type Route } from '@drippulse/gateway/routes';
import { fieldRest } from '@drippulse/json';
import { file_drippulse_rest_v1_reasons } from '@drippulse/proto/drippulse/rest/v1/reasons_pb';
import { Auth, LimitClass, type Reason, reason, TestMode } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { scopeOf } from '@drippulse/rpc';

/** Error codes by their status. */
export type ErrorCodes = ReadonlyMap<number, readonly string[]>;

const everyRoute = getOption(file_drippulse_rest_v1_reasons, reason);

/**
 * Codes that only some routes can return, with a function that tests a route. A code without an entry applies to every
 * route that has the status, except that a code of an area does not apply to reads.
 */
const needs: Readonly<Record<string, (route: Route) => boolean>> = {
  malformed_json: takesBody,
  too_deep: takesBody,
  not_an_array: takesJson,
  parameter_missing: (route) =>
    takesBody(route) ||
    route.method.input.fields.some((field) => fieldRest(field).required || fieldRest(field).requiredUnless !== ''),
  invalid_idempotency_key: isRepeatable,
  external_id_taken: (route) => takesJson(route) && hasField(route, /^external_id$/),
  precondition_failed: ({ rest }) => rest.shownBy !== '',
  idempotency_in_progress: isRepeatable,
  idempotency_key_reused: isRepeatable,
  answer_erased: isRepeatable,
  malformed_multipart: takesRaw,
  upload_incomplete: takesRaw,
  chain_cut: takesBody,
  unauthenticated: needsCredential,
  invalid_token: needsCredential,
  invalid_credentials: isLogin,
  mfa_code_required: isLogin,
  organization_suspended: needsCredential,
  mfa_enrollment_required: (route) => needsCredential(route) && !route.rest.anySession,
  insufficient_role: needsCredential,
  insufficient_scope: ({ method }) => scopeOf(method) !== undefined,
  invalid_signature: ({ template }) => template.startsWith('/webhooks/'),
  connection_not_found: (route) => hasField(route, /^connection$/),
  reauthentication_required: ({ rest }) => rest.recentSignIn,
  user_required: ({ rest }) => rest.auth === Auth.USER_ONLY,
  test_mode: (route) => needsCredential(route) && route.rest.testMode !== TestMode.READ,
  route_not_found: () => false, // every path of the document has a route
  body_too_large: takesBody,
  message_too_large: takesBody,
  unsupported_media_type: takesBody,
  unsupported_content_encoding: takesBody,
  unknown_topic: ({ rest }) => rest.eventStream,
  too_many_topics: ({ rest }) => rest.eventStream,
  unknown_event_type: (route) => hasField(route, /^event_types?$/),
  invalid_cursor: ({ isList }) => isList,
  invalid_page: ({ isList }) => isList,
  invalid_timezone: (route) => takesJson(route) && hasField(route, /^(timezone|steps|settings)$/),
  secret_needed: takesJson,
  sender_not_verified: (route) => takesJson(route) && hasField(route, /^(from_email|steps)$/),
};

/**
 * Statuses that are documented with their codes. All other statuses are covered by `default`, because they are caused
 * by HTTP and by faults.
 */
const statuses = [400, 401, 403, 404, 409, 410, 412, 413, 415, 422, 429, 431, 503];

/**
 * Finds the codes that a route can return. Codes of every route have their own file. All other codes are declared in
 * the file of the method, and in the imported files whose messages the method receives or returns. Of these, a read
 * only has the `not_found` codes and those in `needs`, and a deletion only those of its own file. The option `reasons`
 * names codes that follow from none of these rules.
 */
export function errorCodesOf(route: Route, files: ReadonlySet<DescFile>): ErrorCodes {
  const { httpMethod, method } = route;
  const own = getOption(method.parent.file, reason);
  const used = [...filesWithin([method.input, method.output])].filter((file) => file !== method.parent.file);
  const changing = [own, ...(httpMethod === 'DELETE' ? [] : used.map((file) => getOption(file, reason)))].flat();
  const imported = method.parent.file.dependencies.flatMap((file) => getOption(file, reason));
  const found = [
    ...everyRoute,
    ...changing.filter(({ name, status }) => status !== 404 && (httpMethod !== 'GET' || name in needs)),
    ...rowsOf(route, own, changing).filter(({ status }) => status === 404),
    ...own.filter(({ name, status }) => status === 404 && name in needs),
    ...imported.filter(({ name, status }) => status === 404 && isOfPath(route, name)),
  ].filter(({ name }) => needs[name]?.(route) ?? true);
  const codes = [...found, ...missingRefs(route, files), ...namedOf(route, files)];
  return new Map(
    statuses.flatMap((status): [number, string[]][] => {
      const names = new Set(codes.filter((code) => code.status === status).map(({ name }) => name));
      return names.size === 0 ? [] : [[status, [...names].sort()]];
    }),
  );
}

/** Returns the files of messages and of everything that the messages contain. */
function filesWithin(messages: readonly DescMessage[], seen = new Set<DescMessage>()): Set<DescFile> {
  for (const message of messages.filter((each) => !seen.has(each))) {
    seen.add(message);
    filesWithin(
      message.fields.flatMap((field) => field.message ?? []),
      seen,
    );
  }
  return new Set([...seen].map(({ file }) => file));
}

/**
 * Returns the reasons about missing rows. For an id in the path these are the reasons of the method's own area, for an
 * id in the body those of all used areas.
 */
function rowsOf({ method, segments }: Route, own: readonly Reason[], used: readonly Reason[]): readonly Reason[] {
  const inPath = new Set(segments.flatMap((segment) => ('parameter' in segment ? [segment.parameter] : [])));
  if (hasIds(method.input, inPath)) return used;
  return inPath.size > 0 ? own : [];
}

function hasIds({ fields }: DescMessage, inPath: ReadonlySet<string>): boolean {
  return fields.some(
    (field) => !inPath.has(field.name) && /(^|_)ids?$/.test(field.name) && fieldRest(field).ref === '',
  );
}

/**
 * Whether the path contains the kind of resource that was not found, such as `/workflows/{workflow_id}/enrollments`.
 */
function isOfPath({ template }: Route, name: string): boolean {
  return new RegExp(`/${name.replace(/_not_found$/, '')}s?/\\{`).test(template);
}

/** Returns reasons such as `project_not_found` for parameters that name a resource. */
function missingRefs({ method }: Route, files: ReadonlySet<DescFile>): Reason[] {
  const nouns = method.input.fields.map((field) => nounOf(fieldRest(field).ref));
  const missing = [...files].flatMap((file) => getOption(file, reason)).filter(({ status }) => status === 404);
  return missing.filter(({ name }) => nouns.some((noun) => `_${noun}_not_found`.endsWith(`_${name}`)));
}

/** Returns the reasons that the method names. `restProblems` refuses a reason that no file declares. */
function namedOf({ rest }: Route, files: ReadonlySet<DescFile>): Reason[] {
  const declared = [...everyRoute, ...[...files].flatMap((file) => getOption(file, reason))];
  return declared.filter(({ name }) => rest.reasons.includes(name));
}

/** Returns the noun of a reference, such as `crm_account` for `crm.CrmAccount`. */
function nounOf(ref: string): string {
  return (ref.split('.')[1] ?? '').replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}

function takesBody({ hasBody }: Route): boolean {
  return hasBody;
}

function takesJson({ hasBody, bodyField }: Route): boolean {
  return hasBody && bodyField === undefined;
}

function takesRaw({ bodyField }: Route): boolean {
  return bodyField !== undefined;
}

function hasField({ method }: Route, name: RegExp): boolean {
  return method.input.fields.some((field) => name.test(field.name));
}

function isLogin({ rest }: Route): boolean {
  return rest.limits === LimitClass.LOGIN;
}

function needsCredential({ rest }: Route): boolean {
  return rest.auth !== Auth.NONE;
}
