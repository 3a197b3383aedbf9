/**
 * JumpDB as a store of Keyv: `new Keyv({ store: new KeyvJump('./cache') })`.
 *
 * @packageDocumentation
 */
export type { Entry, ErrorListener, KeyvOpts } from './contract.ts';
export type { OpenStore } from './entries.ts';
export { KeyvJump, KeyvJump as default } from './keyv-jump.ts';
export type { KeyvJumpOptions } from './options.ts';
