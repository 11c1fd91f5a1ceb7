import type { KubernetesObject } from './render.ts';

type PodSpec = KubernetesObject['spec'];

const volumeKinds = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

/**
 * Returns the rules of the level `restricted` of the Pod Security Standards that a pod breaks
 * (https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted).
 */
export function restrictedProblemsOf(pod: PodSpec): string[] {
  const problems: string[] = [];
  for (const host of ['hostNetwork', 'hostPID', 'hostIPC']) if (pod[host]) problems.push(`${host} is set`);
  for (const { name, ...volume } of pod.volumes ?? []) {
    const kind = Object.keys(volume)[0] ?? '';
    if (!volumeKinds.includes(kind)) problems.push(`volume ${name} is a ${kind}`);
  }
  const containers = [...(pod.initContainers ?? []), ...(pod.containers ?? [])];
  return [...problems, ...containers.flatMap((container) => problemsOfContainer(pod.securityContext ?? {}, container))];
}

function problemsOfContainer(ofPod: PodSpec, { name, securityContext = {}, ports = [] }: PodSpec): string[] {
  const own = { ...ofPod, ...securityContext };
  const rules: Record<string, boolean> = {
    'must not run as root': own.runAsNonRoot === true && own.runAsUser !== 0,
    'needs a seccomp profile': ['RuntimeDefault', 'Localhost'].includes(own.seccompProfile?.type),
    'must not gain privileges': securityContext.allowPrivilegeEscalation === false,
    'must not be privileged': securityContext.privileged !== true,
    'must drop all capabilities': securityContext.capabilities?.drop?.includes('ALL') === true,
    'must add no capability': (securityContext.capabilities?.add ?? []).every(
      (one: string) => one === 'NET_BIND_SERVICE',
    ),
    'must not have its own /proc mount': [undefined, 'Default'].includes(securityContext.procMount),
    'must not take ports of the node': ports.every((port: PodSpec) => port.hostPort === undefined),
  };
  return Object.entries(rules).flatMap(([rule, isKept]) => (isKept ? [] : [`container ${name} ${rule}`]));
}

/**
 * Returns the containers that can write to their root file system. The check is separate, because the level
 * `restricted` allows this.
 */
export function writableRootsOf(pod: PodSpec): string[] {
  const containers: PodSpec[] = [...(pod.initContainers ?? []), ...(pod.containers ?? [])];
  return containers.flatMap(({ name, securityContext }) => (securityContext?.readOnlyRootFilesystem ? [] : [name]));
}
