// One API reference for all public packages, as Markdown that VitePress shows. A warning is an
// error, and so is an export without documentation.
import { packageFolders, ROOT, readManifest } from '../packages/tools/src/files.mjs';

const isPublic = (folder) => readManifest(ROOT, `packages/${folder}`).private !== true;

export default {
  entryPointStrategy: 'packages',
  entryPoints: packageFolders(ROOT)
    .filter(isPublic)
    .map((folder) => `../packages/${folder}`),
  packageOptions: {
    entryPoints: ['src/index.ts'],
    tsconfig: 'tsconfig.build.json',
    readme: 'README.md',
    mergeReadme: true,
    excludePrivate: true,
    excludeInternal: true,
    // What comes from other packages is documented there.
    excludeExternals: true,
    validation: { notDocumented: true },
    sourceLinkTemplate: 'https://github.com/jumpdb/jumpdb/blob/{gitRevision}/{path}#L{line}',
    gitRevision: 'main',
  },
  plugin: ['typedoc-plugin-markdown', 'typedoc-vitepress-theme'],
  out: 'api',
  docsRoot: '.',
  readme: 'none',
  name: 'API',
  hideGenerator: true,
  validation: { invalidLink: true, notExported: true, notDocumented: true },
  treatWarningsAsErrors: true,
};
