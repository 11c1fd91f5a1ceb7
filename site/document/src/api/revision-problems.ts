import { type DescMethod, getOption } from '@bufbuild/protobuf';
import { field as fieldOption, Part, rest } from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { http } from '@drippulse/proto/google/api/annotations_pb';

/** Lists missing options for `If-Match`: each PATCH and DELETE must name the method that shows its row. */
export function revisionProblems(method: DescMethod): string[] {
  const { shownBy } = getOption(method, rest);
  const verb = String(getOption(method, http).pattern.case);
  const changes = verb === 'patch' || verb === 'delete';
  if (!changes) return shownBy === '' ? [] : ['shown_by is for PATCH and DELETE'];
  if (shownBy === '') return ['shown_by is missing: the RPC that shows the row which the method changes'];
  if (shownBy === 'none')
    return verb === 'delete' ? [] : ['a PATCH needs a GET that shows its row: shown_by is not `none`'];
  const shown = method.parent.methods.find(({ name }) => name === shownBy);
  if (shown === undefined || !showsRow(shown))
    return [`shown_by "${shownBy}" is no GET of one row in the same service`];
  return verb === 'delete' || hasRevision(shown)
    ? []
    : [`the row that ${shownBy} shows needs a member with PART_REVISION`];
}

function showsRow(method: DescMethod): boolean {
  return getOption(method, http).pattern.case === 'get' && rowOf(method) !== undefined;
}

function hasRevision(method: DescMethod): boolean {
  return rowOf(method)?.fields.some((field) => getOption(field, fieldOption).part === Part.REVISION) ?? false;
}

function rowOf(method: DescMethod) {
  const { responseBody } = getOption(method, http);
  return method.output.fields.find(({ name }) => name === responseBody)?.message;
}
