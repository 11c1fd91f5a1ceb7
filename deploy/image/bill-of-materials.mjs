import { copiedFor, packages, usedBy } from './used.mjs';

/**
 * Lists the contents of an image, except its Debian packages, as CycloneDX 1.6: Node and each npm package by name,
 * version, licence and hash. `npm sbom -w` is not used, because it lists packages of tests and omits packages that
 * workspaces share.
 */
export function billOfMaterials(service) {
  const places = new Set([...usedBy(service), ...copiedFor(service)]);
  const components = [...places]
    .filter((place) => place.includes('node_modules/') && !packages[place].link)
    .map(componentOf);
  const { version } = packages[`services/${service}`];
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': service, name: `drippulse/${service}`, version } },
    components: [nodeItself(), ...components.sort((a, b) => a['bom-ref'].localeCompare(b['bom-ref']))],
  };
}

function componentOf(place) {
  const entry = packages[place];
  const name = entry.name ?? place.split('node_modules/').at(-1);
  return {
    type: 'library',
    'bom-ref': place,
    name,
    version: entry.version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${entry.version}`,
    ...(entry.license && { licenses: [{ expression: entry.license }] }),
    ...(entry.integrity && { hashes: [hashOf(entry.integrity)] }),
  };
}

/** Returns the entry for Node, which is copied from the build stage that runs this script. */
function nodeItself() {
  const version = process.versions.node;
  return { type: 'platform', 'bom-ref': 'node', name: 'node', version, purl: `pkg:generic/node@${version}` };
}

/** Returns the hash in the form of the lock file, `sha512-<base64>`. */
function hashOf(integrity) {
  const [algorithm, digest] = integrity.split('-');
  return { alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(digest, 'base64').toString('hex') };
}
