// Goal:   a damaged store is refused with an error that names the file, or holds what was written,
//         or tells what of its unsynced end is lost; it is never wrong in silence.
// Method: small stores, closed and not; each byte of each file changed, each file cut at each byte,
//         extended, missing, exchanged, older than it should be; opened, read in all ways, merged.
// More:   npm run faults -- --part damage --minutes 60 --seed 1000
import { test } from 'vitest';
import { runPart } from './faults/run-part.ts';

test('no damage is silent', { timeout: 1e8 }, () => runPart('damage'));
