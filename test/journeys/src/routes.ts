import { type DescField, type DescMethod, getOption, hasOption } from '@bufbuild/protobuf';
import {
  Auth,
  field as fieldOption,
  type MethodRest,
  rest as restOption,
} from '@drippulse/proto/drippulse/rest/v1/rest_pb';
import { http } from '@drippulse/proto/google/api/annotations_pb';
import { publicServices } from '@drippulse/proto/public-services';

/** A public route, derived from the descriptors. */
export type Route = {
  method: string;
  template: string;
  rest: MethodRest;
  rpc: string;
  needsCredential: boolean;
  /** Type of the resource in the route's response, if the response is a resource. */
  answers: string | undefined;
  /** Fields of the request that name another resource, and the kind of that resource. */
  refs: { name: string; resource: string }[];
  /** Names of the fields of the request. */
  fields: string[];
  /** Values of the parameter `sort`. */
  orders: string[];
  /** Names that a strict request may have in its query. */
  parameters: string[];
  /** Names that a strict request may have in its JSON body; undefined for a route without a body. */
  members: string[] | undefined;
  /** The smallest body that the codec accepts. */
  body: Record<string, unknown> | undefined;
};

/** Every public route. New RPCs are included in all generated tests, because the list is made from the protos. */
export const routes: readonly Route[] = publicServices.flatMap((service) => service.methods.flatMap(routesOf));

/** Fills the parameters of a template. */
export function fill(template: string, idOf: (noun: string) => number | string): string {
  const parts = template.split('/');
  return parts.map((part, index) => (part.startsWith('{') ? idOf(nounBefore(parts, index)) : part)).join('/');
}

/** Returns the collections of the ids in a template, outermost first. */
export function nounsOf(template: string): string[] {
  const parts = template.split('/');
  return parts.flatMap((part, index) => (part.startsWith('{') ? [nounBefore(parts, index)] : []));
}

/**
 * Collections that are named by two segments, because the last segment alone is the name of a different collection:
 * `/webhooks/events/{event_id}`.
 */
const longNames: ReadonlySet<string> = new Set(['webhooks/events']);

function nounBefore(parts: readonly string[], index: number): string {
  const long = parts.slice(index - 2, index).join('/');
  return longNames.has(long) ? long : (parts[index - 1] ?? '');
}

/**
 * Returns the collection of the resources that a `ref` option names. It is the collection of a route whose response is
 * such a resource.
 */
export function collectionOf(resource: string): string | undefined {
  const [area, message] = resource.split('.');
  const route = routes.find(
    ({ template, answers }) => template.endsWith('}') && answers === `drippulse.${area}.v1.${message}`,
  );
  return route && nounsOf(route.template).at(-1);
}

function routesOf(rpc: DescMethod): Route[] {
  if (!hasOption(rpc, restOption) || !hasOption(rpc, http)) return [];
  const rest = getOption(rpc, restOption);
  const rule = getOption(rpc, http);
  return [rule, ...rule.additionalBindings].map(({ body, pattern, responseBody }) => ({
    method: (pattern.case ?? '').toUpperCase(),
    template: String(pattern.value),
    rest,
    rpc: `${rpc.parent.typeName}.${rpc.name}`,
    needsCredential: rest.auth !== Auth.NONE,
    answers: rpc.output.fields.find(({ name }) => name === responseBody)?.message?.typeName,
    refs: rpc.input.fields.flatMap((member) => {
      const { ref } = getOption(member, fieldOption);
      return ref === '' ? [] : [{ name: member.name, resource: ref }];
    }),
    fields: rpc.input.fields.map(({ name }) => name),
    orders: rpc.input.fields.flatMap((member) => (member.name === 'sort' ? getOption(member, fieldOption).values : [])),
    ...namesOf(rpc, String(pattern.value), body),
    body: pattern.case === 'post' || pattern.case === 'patch' ? leastBody(rpc) : undefined,
  }));
}

/** Returns the names that a request may have in its query and in its JSON body, by the HTTP rule of its route. */
function namesOf(rpc: DescMethod, path: string, body: string): Pick<Route, 'parameters' | 'members'> {
  const fields = rpc.input.fields.filter(({ name }) => !path.includes(`{${name}}`) && name !== body);
  const names = fields.map(({ name }) => name).filter((name) => name !== 'update_mask');
  return body === '*' ? { parameters: [], members: names } : { parameters: names, members: undefined };
}

function leastBody(rpc: DescMethod): Record<string, unknown> {
  const required = rpc.input.fields.filter((member) => getOption(member, fieldOption).required);
  const body: Record<string, unknown> = Object.fromEntries(required.map((member) => [member.name, exampleOf(member)]));
  for (const member of rpc.input.fields) {
    const { rows, example } = getOption(member, fieldOption);
    if (rows) body[member.name] = example === '' ? [{ email: 'a@example.com' }] : JSON.parse(example);
  }
  return body;
}

function exampleOf(member: DescField): unknown {
  const { example } = getOption(member, fieldOption);
  if (example !== '') return JSON.parse(example);
  if (member.fieldKind === 'enum') return member.enum.values[1]?.localName.toLowerCase();
  return 'example';
}
