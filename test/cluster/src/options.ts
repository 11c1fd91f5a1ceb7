import { parseArgs } from 'node:util';

const usage = `npm run test:cluster -- [options]

Installs the chart into the cluster that KUBECONFIG names, does the platform's main job there, breaks what may break, and
removes everything again. Needs kubectl and Helm, the right to make namespaces, about 2 free cores and 4 GB of memory.

  --image-prefix TEXT     what comes before the name of a service (drippulse/)
  --tag TEXT              tag of the services' images (0.1.0)
  --upgrade-tag TEXT      another tag for the rolling upgrade, which turns traces on as well
  --registry HOST         where the images are; none is the engine's default, or what is loaded on the nodes
  --postgres-image NAME   (postgres:18)
  --kafka-image NAME      (apache/kafka:4.1.1)
  --redis-image NAME      (redis:8)
  --namespace NAME        of the release; NAME-servers and NAME-peers are made beside it (drippulse-test)
  --values FILE           further values of the chart
  --without-policies      the cluster's network does not enforce NetworkPolicy, and that is known: leaves them out
  --keep                  leaves the release and the namespaces, to look at them

Images: docker build -f deploy/Dockerfile --build-arg SERVICE=gateway -t drippulse/gateway:0.1.0 . and so on, then pushed
to a registry or loaded on the nodes (kind load docker-image, k3s ctr images import, minikube image load).`;

const noCluster = `There is no cluster: set KUBECONFIG to the file of one. For a small one on this machine:
  kind create cluster --kubeconfig kind.conf    (https://kind.sigs.k8s.io), or
  k3d cluster create --kubeconfig-update-default=false drip && k3d kubeconfig write drip    (https://k3d.io)
Then: KUBECONFIG=kind.conf npm run test:cluster -- --help`;

export type Options = ReturnType<typeof parse>;

/** Reads the options of the command. If the command is to end instead, returns a message and the exit code. */
export function readOptions(words: string[], env: NodeJS.ProcessEnv): Options | { text: string; code: number } {
  let options: Options;
  try {
    options = parse(words);
  } catch (error) {
    return { text: `${error instanceof Error ? error.message : error}\n\n${usage}`, code: 2 };
  }
  if (options.help) return { text: usage, code: 0 };
  if (!env['KUBECONFIG']) return { text: noCluster, code: 2 };
  return options;
}

function parse(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      'image-prefix': { type: 'string', default: 'drippulse/' },
      tag: { type: 'string', default: '0.1.0' },
      'upgrade-tag': { type: 'string' },
      registry: { type: 'string', default: '' },
      'postgres-image': { type: 'string', default: 'postgres:18' },
      'kafka-image': { type: 'string', default: 'apache/kafka:4.1.1' },
      'redis-image': { type: 'string', default: 'redis:8' },
      namespace: { type: 'string', default: 'drippulse-test' },
      values: { type: 'string' },
      'without-policies': { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  });
  return values;
}
