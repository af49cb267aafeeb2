/** Imports go one way: base <- nodes <- supply, cluster <- lab, exercises <- cli. docs/design.md says why. */
const layer = (name, allowed) => ({
  name: `${name}-imports`,
  severity: 'error',
  comment: `${name} may import only: ${['itself', ...allowed].join(', ')}`,
  from: { path: `^scripts/${name}/` },
  to: { path: '^scripts/', pathNot: `^scripts/(${[name, ...allowed].join('|')})/` },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^scripts/', pathNot: '(main|write-schema|\\.d)\\.ts$' },
      to: {},
    },
    layer('base', []),
    layer('labnet', ['base']),
    layer('nodes', ['base']),
    layer('supply', ['nodes', 'base']),
    layer('cluster', ['nodes', 'base']),
    layer('exercises', ['cluster', 'nodes', 'base']),
    layer('lab', ['supply', 'cluster', 'nodes', 'base']),
    {
      name: 'listr2-only-in-cli',
      severity: 'error',
      from: { path: '^scripts/', pathNot: '^scripts/cli/' },
      to: { path: 'node_modules/(listr2|commander|@clack|marked)' },
    },
    {
      name: 'ssh2-and-zx-only-in-nodes',
      severity: 'error',
      from: { path: '^scripts/', pathNot: '^scripts/nodes/' },
      to: { path: 'node_modules/(ssh2|zx)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
