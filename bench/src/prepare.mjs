/** Sees to it that the engines are there, and says which are not. */
import { engines } from './engine.mjs';
import { versionOf } from './environment.mjs';
import { compileNative } from './native.mjs';
import { installPeers } from './peers.mjs';

/** @typedef {import('./engine.mjs').EngineEntry & { version: string }} ReadyEngine */

/**
 * Installs and compiles what the chosen engines need; returns those that can run.
 * @param {{ engines: string[] }} options
 * @returns {ReadyEngine[]}
 */
export function prepareEngines({ engines: chosen }) {
  const wanted = engines.filter((one) => chosen.includes(one.name));
  // classic-level comes with the repository: the tests need it.
  if (wanted.some(({ kind, peer }) => kind === 'peer' && peer !== 'classic-level')) installPeers();
  const native = wanted.some(({ kind }) => kind === 'native') ? compileNative() : undefined;
  return wanted.flatMap((engine) => {
    const wrong = engine.kind === 'native' ? native : undefined;
    const version = wrong === undefined ? versionOf(engine) : undefined;
    if (version !== undefined) return [{ ...engine, version }];
    console.log(`${engine.name}: left out: ${wrong ?? 'it is not installed'}`);
    return [];
  });
}
