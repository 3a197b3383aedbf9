/**
 * What a part of the fault programme is, and what it may ask of a run. `main.ts` says how to add
 * one.
 */

/** One part of the programme: a source of cases, each of which must go well. */
export interface Part {
  /** Its name on the command line, and in the report. */
  readonly name: string;
  /** What one case is, in the plural: "images of a disk that lost power, opened and checked". */
  readonly cases: string;
  /** How many of them `npm test` runs. */
  readonly usual: number;
  /**
   * What a run of the usual size or more must meet, at least so often: or it has proved little, and
   * fails.
   */
  readonly marks?: Readonly<Record<string, number>>;
  /**
   * Does cases for as long as `run.more()` says, each drawn from `run.nextSeed()` alone; counts them
   * with `run.count()`, what they met with `run.mark()`, and what went wrong with `run.found()`.
   */
  run(run: Run): void | Promise<void>;
}

/** Something that went wrong. */
export interface Finding {
  /** The seed that repeats it. */
  readonly seed: number;
  /** What happened, as much of it as helps. */
  readonly text: string;
}

/** Where a run ends: whichever comes first. */
export interface Limits {
  /** After so many cases. */
  readonly cases: number;
  /** After so much time, on the clock of the wall. */
  readonly milliseconds: number;
  /** After so many findings; usually 1. */
  readonly findings: number;
}

/** One run of one part. */
export class Run {
  /** The first seed; the others follow it. */
  readonly seed: number;
  /** What the command line said beside: `--name value`. */
  readonly options: ReadonlyMap<string, string>;
  readonly findings: Finding[] = [];
  readonly marks = new Map<string, number>();
  /** The highest of each measure. */
  readonly measures = new Map<string, number>();
  readonly #limits: Limits;
  readonly #start = Date.now();
  #cases = 0;
  #seeds = 0;

  constructor(seed: number, limits: Limits, options: ReadonlyMap<string, string> = new Map()) {
    this.seed = seed;
    this.#limits = limits;
    this.options = options;
  }

  /** How many cases were done. */
  get cases(): number {
    return this.#cases;
  }

  /** How long it has taken so far. */
  get seconds(): number {
    return (Date.now() - this.#start) / 1000;
  }

  /** Whether there is room for more cases. */
  more(): boolean {
    const { cases, milliseconds, findings } = this.#limits;
    return (
      this.#cases < cases &&
      this.findings.length < findings &&
      Date.now() - this.#start < milliseconds
    );
  }

  /** Gives out the next seed. A run with this one as its first seed begins with the same cases. */
  nextSeed(): number {
    return (this.seed + this.#seeds++) >>> 0;
  }

  /** The seed that was given out last. */
  get lastSeed(): number {
    return (this.seed + Math.max(0, this.#seeds - 1)) >>> 0;
  }

  /** Counts cases that are done. */
  count(cases = 1): void {
    this.#cases += cases;
  }

  /** Takes note that something was met. */
  mark(name: string, times = 1): void {
    this.marks.set(name, (this.marks.get(name) ?? 0) + times);
  }

  /** Takes note of a measure, of which the highest counts. */
  highest(name: string, value: number): void {
    this.measures.set(name, Math.max(this.measures.get(name) ?? value, value));
  }

  /** Takes note of something that went wrong. */
  found(seed: number, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.findings.push({ seed, text });
  }
}

/** Which marks of a part a run has not met often enough. Only runs of the usual size must. */
export function missedMarks(part: Part, run: Run): string[] {
  if (run.cases < part.usual) return [];
  return Object.entries(part.marks ?? {})
    .filter(([name, least]) => (run.marks.get(name) ?? 0) < least)
    .map(
      ([name, least]) => `${name}: met ${run.marks.get(name) ?? 0} times, at least ${least} wanted`,
    );
}
