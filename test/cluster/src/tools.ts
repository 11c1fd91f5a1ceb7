import { spawn } from 'node:child_process';

/** A Kubernetes object of which a test reads single members. */
// biome-ignore lint/suspicious/noExplicitAny: objects of every kind, which the API server has validated
export type KubernetesObject = Record<string, any>;

export type Tools = {
  kubectl(args: readonly string[], input?: string): Promise<string>;
  helm(args: readonly string[], input?: string): Promise<string>;
  /** Creates or changes objects in one call. */
  apply(objects: readonly KubernetesObject[]): Promise<void>;
  /** The items that `kubectl get` finds. */
  list(namespace: string, kind: string, selector?: string): Promise<KubernetesObject[]>;
};

/** Makes the tools for the cluster of KUBECONFIG. Both programs read this variable themselves. */
export function createTools(helm: string): Tools {
  const kubectl: Tools['kubectl'] = (args, input) => run('kubectl', args, input);
  return {
    kubectl,
    helm: (args, input) => run(helm, args, input),
    async apply(objects) {
      await kubectl(['apply', '--filename', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    },
    async list(namespace, kind, selector) {
      const selecting = selector === undefined ? [] : ['--selector', selector];
      const text = await kubectl(['get', kind, '--namespace', namespace, '--output', 'json', ...selecting]);
      return JSON.parse(text).items;
    },
  };
}

/**
 * Runs a program, and returns its output. If the program fails, throws an error whose message contains the program's
 * standard error.
 */
export function run(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    let complaint = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (complaint += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve(output);
      reject(new Error(`${program} ${args.slice(0, 4).join(' ')} … ended with ${code}: ${complaint.trim()}`));
    });
    // A program that ends before it has read its whole input reports the reason by itself.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
