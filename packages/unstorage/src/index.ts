/**
 * JumpDB as a driver of unstorage: `createStorage({ driver: jumpDriver({ base: './data' }) })`.
 *
 * @packageDocumentation
 */
export {
  type FoundItem,
  type Item,
  type ItemKey,
  type ItemMeta,
  type JumpDriver,
  jumpDriver,
  jumpDriver as default,
} from './jump-driver.ts';
export type { JumpDriverOptions, OpenStore } from './options.ts';
