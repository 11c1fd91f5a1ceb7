import type { KubernetesSchemas } from '@drippulse/testing';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { KubernetesObject } from './render.ts';

/** Kinds of API extensions. Only a cluster with the definitions of these kinds can check them. */
const extensions = ['monitoring.coreos.com/'];

/**
 * Creates a function that finds the faults of an object by the schema of the object's kind. Unknown members are faults
 * too.
 */
export async function createValidator(schemas: KubernetesSchemas) {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false, logger: false });
  const definitions = await schemas.read('_definitions');
  if (definitions === undefined) throw new Error('the schemas have no definitions');
  ajv.addSchema(definitions, '_definitions.json');
  const validators = new Map<string, Promise<ValidateFunction | undefined>>();

  return async function problemsOf({ apiVersion, kind, ...rest }: KubernetesObject): Promise<string[]> {
    if (extensions.some((prefix) => apiVersion.startsWith(prefix))) return [];
    const name = schemaNameOf(apiVersion, kind);
    const compiled = validators.get(name) ?? compile(name);
    validators.set(name, compiled);
    const validate = await compiled;
    if (validate === undefined) return [`${kind} of ${apiVersion} is unknown`];
    if (validate({ apiVersion, kind, ...rest })) return [];
    return (validate.errors ?? []).map(
      (error) => `${kind} ${rest.metadata.name}${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
    );
  };

  async function compile(name: string): Promise<ValidateFunction | undefined> {
    const schema = await schemas.read(name);
    return schema && ajv.compile(schema);
  }
}

/**
 * Returns the name of a kind's schema, such as deployment-apps-v1 for `apps/v1` and `Deployment`, and service-v1 for
 * `v1` and `Service`.
 */
function schemaNameOf(apiVersion: string, kind: string): string {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : [undefined, apiVersion];
  const parts = [kind.toLowerCase(), group?.split('.')[0], version];
  return parts.filter((part) => part !== undefined).join('-');
}
