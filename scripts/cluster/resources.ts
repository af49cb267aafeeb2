import type { Argv } from '../base/argv.ts';

interface Resource {
  /** Group and version as in the path: "api/v1", "apis/apps/v1". */
  at: string;
  namespaced: boolean;
}

const core = 'api/v1';

/** Where the API serves the kinds that this project reads often; others are left to kubectl, which looks them up. */
const resources: Readonly<Record<string, Resource>> = {
  nodes: { at: core, namespaced: false },
  namespaces: { at: core, namespaced: false },
  pods: { at: core, namespaced: true },
  services: { at: core, namespaced: true },
  configmaps: { at: core, namespaced: true },
  serviceaccounts: { at: core, namespaced: true },
  deployments: { at: 'apis/apps/v1', namespaced: true },
  daemonsets: { at: 'apis/apps/v1', namespaced: true },
  replicasets: { at: 'apis/apps/v1', namespaced: true },
  leases: { at: 'apis/coordination.k8s.io/v1', namespaced: true },
  endpointslices: { at: 'apis/discovery.k8s.io/v1', namespaced: true },
  networkpolicies: { at: 'apis/networking.k8s.io/v1', namespaced: true },
};

interface Where {
  name?: string | undefined;
  namespace?: string | undefined;
  selector?: string | undefined;
}

function where(options: Argv): Where | undefined {
  const found: Where = { namespace: 'default' };
  for (let i = 0; i < options.length; i++) {
    const option = options[i] ?? '';
    if (option === '--all-namespaces') found.namespace = undefined;
    else if (option === '--namespace') found.namespace = options[++i];
    else if (option === '--selector') found.selector = options[++i];
    else if (option.startsWith('-') || found.name !== undefined) return undefined;
    else found.name = option;
  }
  return found;
}

/**
 * The API paths for the words of `kubectl get`: RESOURCE[,RESOURCE…] [NAME] with --namespace, --all-namespaces and
 * --selector. undefined for anything else, which only kubectl understands.
 */
export function pathsOf([words = '', ...options]: Argv): string[] | undefined {
  const found = where(options);
  if (!found) return undefined;
  const { name, namespace, selector } = found;
  const paths = words.split(',').map((word) => {
    const plural = word in resources ? word : `${word}s`;
    const resource = resources[plural];
    if (!resource) return undefined;
    const within = resource.namespaced && namespace !== undefined ? ['namespaces', namespace] : [];
    const parts = [...within, plural, ...(name === undefined ? [] : [name])];
    const query = selector === undefined ? '' : `?labelSelector=${encodeURIComponent(selector)}`;
    return `/${resource.at}/${parts.map(encodeURIComponent).join('/')}${query}`;
  });
  return paths.every((path) => path !== undefined) ? paths : undefined;
}
