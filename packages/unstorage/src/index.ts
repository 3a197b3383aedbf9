/**
 * JumpDB as a driver of unstorage: `createStorage({ driver: jumpDriver({ base: './data' }) })`.
 *
 * @packageDocumentation
 */
export {
  type Item,
  type ItemKey,
  type JumpDriver,
  jumpDriver,
  jumpDriver as default,
} from './jump-driver.ts';
export type { JumpDriverOptions, OpenStore } from './options.ts';
