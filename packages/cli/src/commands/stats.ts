/** `jump stats`: what a store consists of. */
import type { Context } from '../context.ts';
import { readLayout } from '../disk/directory.ts';
import { factsOf } from '../disk/facts.ts';
import { surveyStore } from '../disk/survey.ts';
import { readTree } from '../disk/tree.ts';
import { EXIT } from '../exit-codes.ts';
import { FileTarget } from '../file-target.ts';
import { interruptible } from '../interrupt.ts';
import { storePage } from '../page/store-page.ts';
import { printStats } from '../picture/print-stats.ts';
import type { Recovery } from '../stores.ts';
import { describe } from './levels.ts';

/** Options of `jump stats`. */
export interface StatsOptions {
  readonly recovery: Recovery;
  readonly deep?: boolean;
  readonly html?: string;
}

/** Prints numbers, or writes a page with pictures. */
export async function stats(
  context: Context,
  directory: string,
  options: StatsOptions,
): Promise<number> {
  const layout = readLayout(directory);
  const tree = await readTree(context, layout);
  const { recovery, html } = options;
  const deep = options.deep === true || html !== undefined;
  const survey = deep ? await surveyStore(context, layout, recovery) : undefined;
  const facts = factsOf(layout, tree, survey);
  if (html !== undefined) {
    await writePage(html, storePage(facts, tree, new Date()));
    await context.note(`wrote ${html}`);
    return EXIT.ok;
  }
  if (context.json) context.printJson({ ...facts, tree: describe(tree) });
  else for (const line of printStats(facts, context.paint)) context.out.line(line);
  return EXIT.ok;
}

/** A page that is there is replaced: it was made by an earlier call. */
async function writePage(file: string, page: string): Promise<void> {
  await interruptible(async () => {
    const target = await FileTarget.begin(file, { gzip: false, force: true });
    try {
      target.out.text(page);
      await target.finish();
    } catch (error) {
      await target.abandon();
      throw error;
    }
  });
}
