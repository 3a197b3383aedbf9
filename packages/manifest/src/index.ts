/**
 * Which tables of a store are live, and the log of changes that says so: versions, version edits,
 * the manifest, CURRENT, and the names of a store's files.
 *
 * @packageDocumentation
 */
export { readComparatorName } from './comparator-name.ts';
export { type CurrentManifest, readCurrent } from './current.ts';
export {
  currentPath,
  type DirectoryState,
  directoryState,
  type FileName,
  logName,
  manifestName,
  oldTableName,
  parseFileName,
  tableName,
  temporaryName,
} from './file-names.ts';
export { type StoreContents, writeFirstManifest } from './first-manifest.ts';
export { type ManifestState, readManifest, type TornTail } from './recover.ts';
export { Version } from './version.ts';
export {
  type AddedTable,
  type CompactPointer,
  type DeletedTable,
  decodeVersionEdit,
  encodeVersionEdit,
  isDurableMark,
  LEVELS,
  type TableMeta,
  type VersionEdit,
} from './version-edit.ts';
export { VersionSet } from './version-set.ts';
export type { LogAndApplyOptions, LoggedEdit, VersionSetOptions } from './version-set-options.ts';
