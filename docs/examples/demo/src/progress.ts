// A bar that fills in a terminal; plain lines where the output goes to a file or another program.
import cliProgress from 'cli-progress';

export interface Progress {
  /** Says how much is done; the total may turn out larger than it seemed. */
  update(done: number, total?: number): void;
  end(): void;
}

/** Starts to show the progress of a step. */
export function startProgress(label: string, total: number, unit: string): Progress {
  return process.stdout.isTTY ? bar(label, total, unit) : lines(label, total, unit);
}

function bar(label: string, total: number, unit: string): Progress {
  const format = `  ${label} {bar} {percentage}%  {value} of {total} ${unit}`;
  const options = { format, barsize: 30, hideCursor: true, formatValue };
  const shown = new cliProgress.SingleBar(options, cliProgress.Presets.shades_classic);
  shown.start(total, 0);
  return {
    update(done, newTotal) {
      if (newTotal !== undefined) shown.setTotal(newTotal);
      shown.update(done);
    },
    end: () => shown.stop(),
  };
}

function formatValue(value: number, _options: unknown, type: string): string {
  return type === 'value' || type === 'total' ? value.toLocaleString('en') : String(value);
}

function lines(label: string, total: number, unit: string): Progress {
  let quarter = 0;
  return {
    update(done, newTotal = total) {
      const quarterNow = Math.floor((4 * done) / newTotal);
      if (quarterNow <= quarter) return;
      quarter = quarterNow;
      const numbers = [done, newTotal].map((number) => number.toLocaleString('en')).join(' of ');
      console.log(`  ${label} ${quarter * 25}%  ${numbers} ${unit}`);
    },
    end() {},
  };
}
