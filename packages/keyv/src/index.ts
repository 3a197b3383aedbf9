/**
 * JumpDB as a store of Keyv: `new Keyv({ store: new KeyvJump('./cache') })`.
 *
 * @packageDocumentation
 */
export type { OpenStore } from './entries.ts';
export { type Entry, type ErrorListener, KeyvJump, KeyvJump as default } from './keyv-jump.ts';
export type { KeyvJumpOptions } from './options.ts';
