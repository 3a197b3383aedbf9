// Goal:   what is written arrives, in order and unchanged, however slow the reader is; a reader
//         that goes away is no error, any other failure is one.
import { PassThrough, Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Output } from './output.ts';

test('arrives unchanged behind streams that keep what they have taken', async () => {
  let arrived = '';
  const slow = new Writable({
    async write(chunk, _encoding, done) {
      await nextTurn();
      arrived += chunk;
      done();
    },
  });
  const head = new PassThrough();
  head.pipe(slow);
  const out = new Output(head);
  let wanted = '';
  for (let i = 0; i < 200; i++) {
    const line = `${i} ${'größer '.repeat(i * 5)}`;
    wanted += `${line}\n`;
    if (i % 2 === 0) out.line(line);
    else {
      out.bytes(Buffer.from(line));
      out.line();
    }
    if (out.full || i % 7 === 0) await out.flush();
  }
  await out.flush();
  head.end();
  await new Promise((resolve) => slow.once('finish', resolve));
  expect(arrived === wanted).toBe(true);
});

test('takes what is larger than its buffer', async () => {
  let length = 0;
  const out = new Output(
    new Writable({
      write(chunk, _encoding, done) {
        length += chunk.length;
        done();
      },
    }),
  );
  out.bytes(new Uint8Array(3_000_000));
  out.text('x'.repeat(3_000_000));
  expect(out.full).toBe(true);
  await out.flush();
  expect(length).toBe(6_000_000);
  expect(out.full).toBe(false);
});

/** A stream whose writes fail. */
const failing = (code: string): Writable =>
  new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error(code), { code }));
    },
  });

test('a reader that has gone closes it; what else fails is thrown', async () => {
  const gone = new Output(failing('EPIPE'));
  gone.line('x');
  await gone.flush();
  expect(gone.closed).toBe(true);
  gone.line('y');
  await gone.flush();

  const full = new Output(failing('ENOSPC'));
  full.line('x');
  await expect(full.flush()).rejects.toThrow('ENOSPC');
  expect(full.closed).toBe(false);
  await expect(full.flush()).rejects.toThrow('ENOSPC');
});
