import type { KubernetesObject } from '../tools.ts';

/** Makes a namespace that accepts only pods of the level `restricted`. */
export function namespaceOf(name: string): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  };
}

type PodOptions = {
  namespace: string;
  name: string;
  image: string;
  /** User of the image. The volume belongs to this user too. */
  user: number;
  port: number;
  command?: string[];
  env?: Record<string, string>;
  /** A mount, either of an empty volume or of the named ConfigMap. */
  mount: { path: string; configMap?: string };
  memory: string;
};

/** Makes a Deployment of one pod, and a Service in front of the pod, with the same name and port. */
export function podWithService(options: PodOptions): KubernetesObject[] {
  const { namespace, name, image, user, port, command, env = {}, mount, memory } = options;
  const labels = { app: name };
  const metadata = { name, namespace, labels };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata,
      spec: {
        replicas: 1,
        strategy: { type: 'Recreate' },
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            automountServiceAccountToken: false,
            enableServiceLinks: false,
            terminationGracePeriodSeconds: 2,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: user,
              runAsGroup: user,
              fsGroup: user,
              seccompProfile: { type: 'RuntimeDefault' },
            },
            containers: [
              {
                name,
                image,
                command,
                imagePullPolicy: 'IfNotPresent',
                env: Object.entries(env).map(([variable, value]) => ({ name: variable, value })),
                ports: [{ containerPort: port }],
                readinessProbe: { tcpSocket: { port }, periodSeconds: 1, failureThreshold: 120 },
                resources: { requests: { cpu: '20m', memory }, limits: { memory: '1Gi' } },
                securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
                volumeMounts: [{ name: 'files', mountPath: mount.path }],
              },
            ],
            volumes: [
              { name: 'files', ...(mount.configMap ? { configMap: { name: mount.configMap } } : { emptyDir: {} }) },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels, ports: [{ port, targetPort: port }] },
    },
  ];
}
